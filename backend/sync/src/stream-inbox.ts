import type { Pool } from '@cowrite/service-kit';
import { GONE_AFTER_MS } from './nodes.ts';
import { CHANNEL } from './notifications.ts';

/** Requests of one stream that may wait here. A client has one under way; more is somebody else's doing. */
const WAITING_MAX = 16;

/** Where a node lays down a request of a stream that another node holds. Nothing in it was acknowledged. */
export class StreamInbox {
  readonly #pool: Pool;
  readonly #node: string;

  constructor(pool: Pool, node: string) {
    this.#pool = pool;
    this.#node = node;
  }

  /** This node holds the stream: its requests may be laid down from now on. */
  async announce(streamId: string): Promise<void> {
    await this.#pool.query({ name: 'announce-stream', text: 'INSERT INTO sync.stream (stream_id, node) VALUES ($1, $2)', values: [streamId, this.#node] });
  }

  /** The stream is over, and what lies here for it. */
  async forget(streamId: string): Promise<void> {
    await this.#pool.query({ name: 'forget-stream', text: 'DELETE FROM sync.stream WHERE stream_id = $1', values: [streamId] });
  }

  /** Whether a node that lives holds this stream. */
  async isHeld(streamId: string): Promise<boolean> {
    const { rows } = await this.#pool.query({
      name: 'stream-is-held',
      text: `SELECT FROM sync.stream s JOIN sync.node n USING (node) WHERE s.stream_id = $1 AND s.node <> $2 AND n.seen_at > now() - make_interval(secs => $3)`,
      values: [streamId, this.#node, GONE_AFTER_MS / 1_000],
    });
    return rows.length > 0;
  }

  /** Lays a request down, once, and tells whoever holds the stream. */
  async lay(streamId: string, number: number, frames: Uint8Array): Promise<'laid' | 'full' | 'gone'> {
    const { rows } = await this.#pool.query<{ held: boolean; waiting: number }>({
      name: 'lay-request',
      text: `
        WITH held AS (
          SELECT s.stream_id, (SELECT count(*) FROM sync.stream_inbox i WHERE i.stream_id = s.stream_id)::int AS waiting FROM sync.stream s WHERE s.stream_id = $1
        ), laid AS (
          INSERT INTO sync.stream_inbox (stream_id, number, frames) SELECT stream_id, $2, $3 FROM held WHERE waiting < $4 ON CONFLICT DO NOTHING
        )
        SELECT waiting, pg_notify($5, $6) FROM held`,
      values: [streamId, number, frames, WAITING_MAX, CHANNEL, JSON.stringify({ kind: 'stream', streamId })],
    });
    const found = rows[0];
    if (!found) return 'gone';
    return found.waiting < WAITING_MAX ? 'laid' : 'full';
  }

  /** Takes out what lies here for a stream, in its order. */
  async take(streamId: string): Promise<{ number: number; frames: Uint8Array }[]> {
    const { rows } = await this.#pool.query<{ number: number; frames: Buffer }>({ name: 'take-requests', text: 'DELETE FROM sync.stream_inbox WHERE stream_id = $1 RETURNING number, frames', values: [streamId] });
    return rows.toSorted((left, right) => left.number - right.number);
  }

  /** Streams of this node for which something lies here, for when nobody told. */
  async waiting(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ stream_id: string }>({ name: 'streams-waiting', text: 'SELECT DISTINCT stream_id FROM sync.stream_inbox JOIN sync.stream USING (stream_id) WHERE node = $1', values: [this.#node] });
    return rows.map(({ stream_id: streamId }) => streamId);
  }

  /** Forgets the streams of nodes that are gone, and those of this node that are not among `open`. */
  async sweep(open: readonly string[]): Promise<void> {
    await this.#pool.query(
      `DELETE FROM sync.stream s
        WHERE CASE WHEN s.node = $1 THEN NOT s.stream_id = ANY ($2::uuid[])
                   ELSE NOT EXISTS (SELECT FROM sync.node n WHERE n.node = s.node AND n.seen_at > now() - make_interval(secs => $3)) END`,
      [this.#node, open, GONE_AFTER_MS / 1_000],
    );
  }
}
