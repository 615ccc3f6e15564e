import { expect, test } from 'vitest';
import type { LiveDocument, SaveState } from '../live/live.ts';
import { OpenScenes, saveTogether } from './save-together.ts';

const at = new Date('2026-11-23T05:00:00Z');

test('says saved only when nothing waits anywhere', () => {
  expect(
    saveTogether(
      [
        { kind: 'saved', at },
        { kind: 'saved', at: null },
      ],
      { outline: 0, scenes: 0 },
      'online',
    ),
  ).toEqual({ kind: 'saved', at });
  expect(
    saveTogether(
      [
        { kind: 'saved', at },
        { kind: 'saving', waiting: 2 },
      ],
      { outline: 0, scenes: 0 },
      'online',
    ),
  ).toEqual({ kind: 'saving', waiting: 2 });
  expect(saveTogether([{ kind: 'saved', at }], { outline: 1, scenes: 0 }, 'online')).toEqual({ kind: 'saving', waiting: 1 });
  expect(saveTogether([{ kind: 'opening' }], { outline: 0, scenes: 0 }, 'connecting')).toEqual({ kind: 'opening' });
});

test('counts what waits while offline, outline changes too', () => {
  expect(saveTogether([{ kind: 'offline', waiting: 11 }], { outline: 1, scenes: 0 }, 'offline')).toEqual({ kind: 'offline', waiting: 12 });
  expect(saveTogether([{ kind: 'saved', at }], { outline: 0, scenes: 5 }, 'online')).toEqual({ kind: 'saving', waiting: 5 });
  expect(saveTogether([], { outline: 0, scenes: 0 }, 'offline')).toEqual({ kind: 'offline', waiting: 0 });
});

test('lets a closed door and unsent text under a lost role come first', () => {
  expect(
    saveTogether(
      [
        { kind: 'saved', at },
        { kind: 'closed', reason: 'signed-out', unsent: 3 },
      ],
      { outline: 0, scenes: 0 },
      'online',
    ),
  ).toMatchObject({ kind: 'closed', unsent: 3 });
  expect(
    saveTogether(
      [
        { kind: 'saved', at },
        { kind: 'read-only', reason: 'role', unsent: 1 },
      ],
      { outline: 0, scenes: 0 },
      'online',
    ),
  ).toMatchObject({ kind: 'read-only', unsent: 1 });
  expect(saveTogether([{ kind: 'read-only', reason: 'role', unsent: 0 }], { outline: 0, scenes: 0 }, 'online')).toMatchObject({ kind: 'read-only' });
});

/** A scene whose save state the test decides. */
function aScene(save: SaveState) {
  const listeners = new Set<() => void>();
  const scene = { releases: 0, becomes: (next: SaveState) => ((save = next), listeners.forEach((listener) => listener())) };
  const document: Pick<LiveDocument, 'getSave' | 'subscribe' | 'release'> = { getSave: () => save, subscribe: (listener) => (listeners.add(listener), () => void listeners.delete(listener)), release: () => void scene.releases++ };
  return { ...scene, scene, document: document as LiveDocument };
}

test('a scene that is left with something unsent stays open until the server has it', () => {
  const scenes = new OpenScenes();
  const { scene, document } = aScene({ kind: 'offline', waiting: 3 });
  const leave = scenes.add(document);
  leave();
  expect(scene.releases).toBe(0);
  expect(saveTogether(scenes.states(), { outline: 0, scenes: 0 }, 'offline')).toEqual({ kind: 'offline', waiting: 3 });
  scene.becomes({ kind: 'saving', waiting: 1 });
  expect(scene.releases).toBe(0);
  scene.becomes({ kind: 'saved', at });
  expect(scene.releases).toBe(1);
  expect(scenes.states()).toEqual([]);
});

test('a scene that is left with nothing waiting is let go at once', () => {
  const scenes = new OpenScenes();
  const { scene, document } = aScene({ kind: 'saved', at });
  scenes.add(document)();
  expect(scene.releases).toBe(1);
  expect(scenes.states()).toEqual([]);
});
