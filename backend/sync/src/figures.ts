import { Counter, figuresOf, Gauge, Histogram, type Pool, type Registry, watch, watchPools } from '@cowrite/service-kit';

/** What can be counted of a running node at any moment. */
export interface Node {
  sockets(): Record<'studio' | 'hocuspocus' | 'yjs', number>;
  rooms(): number;
  /** Clients on their way in, and those who wait for their turn. */
  strangers(): { inside: number; waiting: number };
  isBusUp(): boolean;
  isStalled(): boolean;
}

/** The figures of a sync node. What is written is counted once a commit, never once an edit. */
export class SyncFigures {
  readonly registry: Registry = figuresOf('sync');
  readonly #commitSeconds: Histogram;
  readonly #updates: Counter;

  constructor(pools: { main: Pool; writing: Pool }) {
    const registers = [this.registry];
    watchPools(this.registry, pools);
    this.#commitSeconds = new Histogram({
      name: 'cowrite_sync_commit_seconds',
      help: 'From the first edit of a group commit to its acknowledgement: the longest that any of them waited to be saved.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
      registers,
    });
    this.#updates = new Counter({ name: 'cowrite_sync_updates_total', help: 'Edits that were committed and acknowledged.', registers });
    watch(this.registry, 'cowrite_sync_log_oldest_seconds', 'Age of the oldest row of the log that the compactor has not folded yet.', async () => {
      const { rows } = await pools.main.query<{ seconds: number }>('SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::float8 AS seconds FROM sync.update_log');
      return rows[0]!.seconds;
    });
  }

  /** Counts `node`, whenever somebody looks. */
  watch(node: Node): void {
    const gauge = (name: string, help: string, read: () => number) => watch(this.registry, `cowrite_sync_${name}`, help, read);
    const sockets: Gauge<'wire'> = new Gauge({
      name: 'cowrite_sync_sockets',
      help: 'Sockets and streams that are open, by wire.',
      labelNames: ['wire'],
      registers: [this.registry],
      collect: () => {
        for (const [wire, count] of Object.entries(node.sockets())) sockets.set({ wire }, count);
      },
    });
    gauge('rooms', 'Documents that are loaded.', () => node.rooms());
    gauge('strangers', 'Clients on their way in.', () => node.strangers().inside);
    gauge('strangers_waiting', 'Clients that wait for their turn to come in.', () => node.strangers().waiting);
    gauge('bus_up', '1 while this node hears at once what others commit; 0 while it looks for it.', () => Number(node.isBusUp()));
    gauge('log_stalled', '1 while the log cannot be written: nobody is told that anything is saved.', () => Number(node.isStalled()));
  }

  committed(updates: number, ms: number): void {
    this.#commitSeconds.observe(ms / 1_000);
    this.#updates.inc(updates);
  }
}
