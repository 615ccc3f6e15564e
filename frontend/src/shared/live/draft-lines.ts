import { sceneLines } from '@cowrite/manuscript';
import { type Range, readUpdate } from '@cowrite/sync-core';
import * as Y from 'yjs';

/** A line of a recovery draft. */
export interface DraftLine {
  /** Its place in the scene, from 1. */
  number: number;
  text: string;
  /** Something in it was never confirmed by the server. */
  isUnsent: boolean;
}

/**
 * The lines of a scene that is no longer the scene, the writer's notes among them: nobody but its writer reads a draft.
 *
 * @param scene everything of the scene, as an update.
 * @param unsent the edits that were never acknowledged. Deletions among them mark no line.
 */
export function draftLines(scene: Uint8Array, unsent: readonly Uint8Array[]): DraftLine[] {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, scene);
  const ranges = unsent.flatMap((update) => readUpdate(update).brings);
  return doc
    .getXmlFragment('default')
    .toArray()
    .flatMap((block) => {
      const isNote = block instanceof Y.XmlElement && block.nodeName === 'authorNote';
      const isUnsent = isOf(block, ranges);
      return sceneLines({ toArray: () => (isNote ? block.toArray() : [block]) }).map((text) => ({ text, isUnsent }));
    })
    .map((line, at) => ({ number: at + 1, ...line }));
}

/** Whether the block, or anything in it, came with one of these. */
function isOf(type: { _item: Y.Item | null; _start: Y.Item | null }, ranges: readonly Range[]): boolean {
  if (type._item && isIn(type._item, ranges)) return true;
  for (let item = type._start; item; item = item.right) {
    if (item.deleted) continue;
    if (isIn(item, ranges) || (item.content instanceof Y.ContentType && isOf(item.content.type, ranges))) return true;
  }
  return false;
}

const isIn = ({ id, length }: Y.Item, ranges: readonly Range[]): boolean => ranges.some(({ client, from, to }) => client === id.client && from < id.clock + length && to > id.clock);
