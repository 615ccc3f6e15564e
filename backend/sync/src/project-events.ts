import type { Logger, Pool } from '@cowrite/service-kit';

/** A project's socket sessions hear of its events in order, each once. */
export interface EventListener {
  readonly projectId: string;
  /** The last event it has. */
  seq: number;
  event(seq: number, json: string): void;
  /** Too many were missed; numbering goes on from `seq`. */
  reread(seq: number): void;
}

/** More missed events than this are worth a fresh read. */
const MISSED_MAX = 500;

/**
 * Reads numbered events from core's published function and hands them on. A notification only says *look*; what is
 * delivered comes from the table, so a notification that never came costs a delay (the poll) and never an event.
 */
export class ProjectEvents {
  readonly #pool: Pool;
  readonly #logger: Logger;
  readonly #listeners = new Map<string, Set<EventListener>>();
  readonly #reading = new Map<string, { again: boolean }>();

  constructor(pool: Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
  }

  add(listener: EventListener): void {
    const set = this.#listeners.get(listener.projectId) ?? new Set();
    this.#listeners.set(listener.projectId, set.add(listener));
    this.look(listener.projectId);
  }

  remove(listener: EventListener): void {
    const set = this.#listeners.get(listener.projectId);
    set?.delete(listener);
    if (set?.size === 0) this.#listeners.delete(listener.projectId);
  }

  /** Everything that is listened to, for the poll. */
  lookEverywhere(): void {
    for (const projectId of this.#listeners.keys()) this.look(projectId);
  }

  /** Reads what is new of a project. Calls while a read is under way make one more read after it. */
  look(projectId: string): void {
    const running = this.#reading.get(projectId);
    if (running) {
      running.again = true;
      return;
    }
    const state = { again: false };
    this.#reading.set(projectId, state);
    void this.#read(projectId)
      .catch((error: unknown) => this.#logger.warn({ err: error, projectId }, 'project events could not be read; the poll will'))
      .finally(() => {
        this.#reading.delete(projectId);
        if (state.again) this.look(projectId);
      });
  }

  async #read(projectId: string): Promise<void> {
    for (;;) {
      const listeners = [...(this.#listeners.get(projectId) ?? [])];
      if (listeners.length === 0) return;
      const from = Math.min(...listeners.map(({ seq }) => seq));
      const { rows } = await this.#pool.query<{ seq: number; event: unknown }>({
        name: 'events-since',
        text: 'SELECT seq, event FROM core.project_events_since($1, $2, $3)',
        values: [projectId, from, MISSED_MAX + 1],
      });
      if (rows.length === 0) return;
      if (rows.length > MISSED_MAX) {
        const { rows: last } = await this.#pool.query<{ seq: number }>('SELECT max(seq) AS seq FROM core.project_events_since($1, $2, $3)', [projectId, from, 2_147_483_647]);
        for (const listener of listeners) {
          if (listener.seq > from + MISSED_MAX) continue;
          listener.seq = last[0]!.seq;
          listener.reread(last[0]!.seq);
        }
        continue;
      }
      for (const { seq, event } of rows) {
        const json = JSON.stringify(event);
        for (const listener of listeners) {
          if (seq <= listener.seq) continue;
          listener.seq = seq;
          listener.event(seq, json);
        }
      }
      return;
    }
  }
}
