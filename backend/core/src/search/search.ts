import type { In, Out, search, SearchHit } from '@cowrite/contract';
import { isInitials, OutlineTree, passagesOf } from '@cowrite/manuscript';
import * as nodes from '../outline/outline.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Granted } from '../platform/grants.ts';
import * as store from './search.store.ts';

/** Finding text in a work, in its reading order. */
export class Search {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Hits in the live scenes, as of `asOf`: what was written since may be missing. */
  async find(access: Granted<'story.read'>, { q, limit }: In<typeof search.find>): Promise<Out<typeof search.find>> {
    const tree = new OutlineTree(await nodes.live(this.db, access.projectId));
    const scenes = tree.readingOrder().flatMap((node) => (node.documentId === null ? [] : [{ id: node.id, documentId: node.documentId, title: node.title }]));
    const documentIds = scenes.map((scene) => scene.documentId);
    const [texts, settledAt] = await Promise.all([store.find(this.db, documentIds, q, isInitials(q)), store.oldest(this.db, documentIds)]);
    const items: SearchHit[] = [];
    let found = 0;
    let more = false;
    for (const scene of scenes) {
      const text = texts.get(scene.documentId);
      if (text === undefined) continue;
      // One more than may be shown tells whether there are more; scenes after that are only counted.
      const passages = passagesOf(text.split('\n'), q, Math.max(1, limit - items.length + 1));
      if (passages.length === 0) continue;
      found++;
      const room = limit - items.length;
      if (passages.length > room) more = true;
      if (room === 0) continue;
      const path = [...tree.ancestors(scene.id).map((node) => node.title), scene.title].filter((title) => title !== '');
      for (const passage of passages.slice(0, room)) items.push({ nodeId: scene.id, documentId: scene.documentId, path, ...passage });
    }
    return { items, scenes: found, more, asOf: (settledAt ?? this.clock.now()).toISOString() };
  }
}
