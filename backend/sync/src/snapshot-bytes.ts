import type { Pool } from '@cowrite/service-kit';
import type { Connection, Submittable } from 'pg';

/** In pieces of so many bytes, which fit what the driver reads at once: it would gather a row of megabytes by copying it anew and anew. */
const PIECE_BYTES = 65_536;

/** PostgreSQL's documentation, "COPY", binary format: a signature and two words before the rows, the number of its fields before each, its length before a field. */
const BEFORE_ROWS = 11 + 4 + 4;
const FIELDS = 2;
const LENGTH = 4;

/**
 * The bytes of one version of a snapshot, or null when it is that version no longer. By COPY, since it alone gives bytes as
 * they lie: the driver takes all else as text, which costs two to four times the time (docs/adr/0024).
 *
 * @param documentId a UUID, as the edges let in no other; it stands in the statement, which takes no parameters
 */
export async function snapshotBytes(pool: Pool, documentId: string, { epoch, version, size }: { epoch: number; version: number; size: number }): Promise<Buffer | null> {
  const statement = (id: string) => `
    COPY (SELECT substring(d.snapshot FROM at FOR ${PIECE_BYTES}) FROM sync.document d, generate_series(1, octet_length(d.snapshot), ${PIECE_BYTES}) at
           WHERE d.document_id = ${id} AND d.epoch = ${Number(epoch)} AND d.version = ${Number(version)} ORDER BY at) TO STDOUT (FORMAT binary)`;
  const client = await pool.connect();
  try {
    const pieces = Math.ceil(size / PIECE_BYTES);
    const data = await client.query(new CopyOut(statement(client.escapeLiteral(documentId)), BEFORE_ROWS + pieces * (FIELDS + LENGTH) + size + FIELDS)).data;
    client.release();
    return fieldsOf(data);
  } catch (error) {
    // What came of it so far is still under way on this connection.
    client.release(true);
    throw error;
  }
}

/** The fields of all rows, one after another, moved together within `data`; null when there is no row. */
function fieldsOf(data: Buffer): Buffer | null {
  let end = 0;
  let at = BEFORE_ROWS;
  while (data.readInt16BE(at) !== -1) {
    const begin = at + FIELDS + LENGTH;
    at = begin + data.readInt32BE(begin - LENGTH);
    data.copyWithin(end, begin, at);
    end += at - begin;
  }
  return at === BEFORE_ROWS ? null : data.subarray(0, end);
}

/** A question whose answer is one COPY of at most so many bytes, as the driver asks any that brings its own reader. */
class CopyOut implements Submittable {
  /** All of it, when PostgreSQL said that it is over. */
  readonly data: Promise<Buffer>;
  readonly #statement: string;
  readonly #buffer: Buffer;
  readonly #settle: { resolve: (data: Buffer) => void; reject: (error: unknown) => void };
  #length = 0;

  constructor(statement: string, bytes: number) {
    this.#statement = statement;
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.data = promise;
    this.#settle = { resolve, reject };
  }

  submit(connection: Connection): void {
    connection.query(this.#statement);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.#length += chunk.copy(this.#buffer, this.#length);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#settle.resolve(this.#buffer.subarray(0, this.#length));
  }

  handleError(error: unknown): void {
    this.#settle.reject(error);
  }
}
