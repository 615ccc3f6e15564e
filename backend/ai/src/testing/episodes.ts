import { type BriefItem, NodeId } from '@cowrite/contract';
import { randomUUID } from 'node:crypto';
import { anItem, aScene } from './briefs.ts';

/** Episodes of a scene each, as core tells them. `of`: whose text they are; `layer`: `recap` for those that come before. */
export function episodes(texts: readonly string[], { of = [], layer = 'text', nodeIds = texts.map(() => NodeId.parse(randomUUID())) }: { of?: readonly string[]; layer?: 'text' | 'recap'; nodeIds?: readonly NodeId[] } = {}): BriefItem[] {
  return texts.map((text, at) => ({ ...anItem(layer, aScene(text), { id: `${layer === 'text' ? 'episode' : 'earlier'}-${at + 1}-1`, title: `${at + 1}화`, of }), episode: { nodeId: nodeIds[at]!, title: `${at + 1}화` } }));
}

/** Whether a request is for a summary. */
export const isSummary = ({ system }: { system: string }): boolean => system.includes('간추리는 법');

/** The numbers of those who are asked. */
export const askedIn = (user: string): number[] => [...user.slice(user.lastIndexOf('독자들\n')).matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));

/** What readers say of an episode, a line each; `readsOn` decides. */
export const saying = (readers: readonly number[], readsOn: (reader: number) => boolean, more: (reader: number) => object = () => ({})): string =>
  readers.map((reader) => JSON.stringify({ reader, next: readsOn(reader), why: `${reader}번의 까닭`, expects: reader % 2 === 0 ? '다음이 궁금하다' : null, ...more(reader) })).join('\n');
