import { authoredText, rankPassages, type Run, sceneLines } from '@cowrite/manuscript';
import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';
import { nearestTo } from './assists/nearest.ts';
import { type Authors, runsOf } from './documents/authors.ts';
import { readFile } from './imports/manuscript-file.ts';
import { sceneUpdates } from './imports/scene-updates.ts';

/**
 * The thread that does what takes long: reading a scene out of its updates, reading an imported file, writing scenes
 * of imported lines. It knows no database and is ended when it takes too long.
 */
const tasks = {
  /** The text of a scene from all its updates. */
  'scene-text': ({ updates }: { updates: Uint8Array[] }): string => {
    const doc = new Y.Doc();
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    return sceneLines(doc.getXmlFragment('default')).join('\n');
  },
  /** The text of a scene from all its updates, in runs that say whose they are. */
  'scene-runs': ({ updates, authors }: { updates: Uint8Array[]; authors: Authors }): Run[] => {
    const doc = new Y.Doc();
    doc.transact(() => {
      for (const update of updates) Y.applyUpdate(doc, update);
    });
    return authoredText(doc.getXmlFragment('default'), runsOf(authors));
  },
  'rank-passages': ({ texts, question, limit }: { texts: string[]; question: string; limit: number }) => rankPassages(texts, question, limit),
  nearest: ({ vectors, vector, limit }: { vectors: Uint8Array[]; vector: Uint8Array; limit: number }) => nearestTo(vector, vectors, limit),
  'read-file': ({ bytes, name }: { bytes: Uint8Array; name: string }) => readFile(bytes, name),
  /** The updates of each scene. */
  'write-scenes': ({ scenes }: { scenes: string[][] }): Uint8Array[][] => scenes.map(sceneUpdates),
} satisfies Record<string, (input: never) => unknown>;

export type Tasks = typeof tasks;

parentPort!.on('message', ({ name, input }: { name: keyof Tasks; input: never }) => {
  try {
    parentPort!.postMessage({ result: tasks[name](input) });
  } catch (failure) {
    parentPort!.postMessage({ failure: failure instanceof Error ? failure.message : String(failure) });
  }
});
