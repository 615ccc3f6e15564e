import { inTransaction, type Logger, type Pool } from '@cowrite/service-kit';
import { type Credit, Malformed, readUpdate, writeBatch } from '@cowrite/sync-core';
import { rowMessage } from './bus.ts';
import type { RoomHost } from './room-host.ts';
import type { NewRow } from './update-log.ts';

/** How many of core's writes go into one transaction. */
const AT_ONCE = 200;

/**
 * Core's own writes (import, demo, restore) wait in a table of core's. This takes them out and appends them to the log in
 * one transaction, so that each is in the log exactly once, and tells the room if one is open.
 */
export class CoreEdits {
  readonly #pool: Pool;
  readonly #node: string;
  readonly #host: RoomHost;
  readonly #logger: Logger;
  readonly #committed: (rows: readonly NewRow[]) => void;
  #running: Promise<void> | null = null;
  #again = false;
  readonly #seqs = new Map<string, number>();

  /** `node` must not be the commit queue's: two writers cannot count one sequence. */
  constructor({ pool, node, host, logger, committed }: { pool: Pool; node: string; host: RoomHost; logger: Logger; committed: (rows: readonly NewRow[]) => void }) {
    this.#pool = pool;
    this.#node = node;
    this.#host = host;
    this.#logger = logger;
    this.#committed = committed;
  }

  look(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#take()
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'core’s writes could not be taken; the poll will'))
      .finally(() => {
        this.#running = null;
        if (this.#again) {
          this.#again = false;
          this.look();
        }
      });
  }

  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #take(): Promise<void> {
    for (;;) {
      const appended: NewRow[] = [];
      const taken = await inTransaction(this.#pool, async (client) => {
        const { rows } = await client.query<{ id: string; document_id: string; bytes: Buffer; actor: string }>('SELECT id, document_id, bytes, actor FROM core.take_document_edits($1)', [AT_ONCE]);
        for (const { id, document_id: documentId, bytes, actor } of rows) {
          const credits = this.#creditsOf(id, bytes, actor);
          if (!credits) {
            await client.query('INSERT INTO sync.quarantined_edit (id, document_id, bytes, actor) VALUES ($1, $2, $3, $4)', [id, documentId, bytes, actor]);
            continue;
          }
          const seq = (this.#seqs.get(documentId) ?? 0) + 1;
          this.#seqs.set(documentId, seq);
          await client.query('INSERT INTO sync.document (document_id) VALUES ($1) ON CONFLICT DO NOTHING', [documentId]);
          const updates = writeBatch([bytes]);
          const { rows: written } = await client.query<{ epoch: number }>(
            `INSERT INTO sync.update_log (document_id, epoch, node, seq, updates, credits)
             SELECT document_id, epoch, $2, $3, $4, $5 FROM sync.document WHERE document_id = $1 RETURNING epoch`,
            [documentId, this.#node, seq, updates, JSON.stringify(credits)],
          );
          appended.push({ documentId, epoch: written[0]!.epoch, node: this.#node, seq, updates, credits });
        }
        return rows.length;
      });
      for (const row of appended) this.#host.heard(rowMessage(row));
      this.#committed(appended);
      if (taken < AT_ONCE) return;
    }
  }

  #creditsOf(editId: string, bytes: Buffer, actor: string): { edit: string; credits: Credit[]; owners: { client: number; by: string }[] } | null {
    try {
      const { brings } = readUpdate(bytes);
      return { edit: editId, credits: brings.map((range) => ({ ...range, by: actor })), owners: [...new Set(brings.map(({ client }) => client))].map((client) => ({ client, by: actor })) };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      // Core made it itself; a bug there must not block every later write, and the text it holds must not be lost.
      this.#logger.error({ edit: editId, bytes: bytes.length }, 'core wrote an update that is none; it is kept in quarantine');
      return null;
    }
  }
}
