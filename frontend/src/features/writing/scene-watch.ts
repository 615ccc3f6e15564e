import { useSyncExternalStore } from 'react';
import type { SceneView } from './scene-view.ts';

/**
 * The view one writes in, for the parts around it. They ask for a plain value and are drawn again only when that value
 * changed: most keys change nothing outside of the text, and must not cost a drawing of the page.
 */
export class SceneWatch {
  #scene: SceneView | null = null;
  #version = 0;
  readonly #listeners = new Set<() => void>();

  get scene(): SceneView | null {
    return this.#scene;
  }

  /** Rises with every change of text or selection. */
  get version(): number {
    return this.#version;
  }

  show(scene: SceneView | null): void {
    if (this.#scene === scene) return;
    this.#scene = scene;
    this.touched();
  }

  touched(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}

/** A plain value of what is watched. */
export const useWatched = <T extends string | number | boolean | null>(watch: SceneWatch, select: (watch: SceneWatch) => T): T =>
  useSyncExternalStore(
    watch.subscribe,
    () => select(watch),
    () => select(watch),
  );
