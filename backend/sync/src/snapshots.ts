import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Pool } from '@cowrite/service-kit';
import { answer } from './http.ts';
import type { OpenRoom, Snapshot } from './open-room.ts';
import type { RoomHost } from './room-host.ts';
import { isSnapshotKey, snapshotKey, type SnapshotName } from './snapshot-key.ts';

/** Half of what the best quality takes off costs a tenth of its time. */
const QUALITY = 5;

const compress = promisify(brotliCompress);

/** Snapshots over HTTP: what is large and the same for everyone who joins goes around the sockets, compressed once. */
export class Snapshots {
  readonly #pool: Pool;
  readonly #host: RoomHost;
  readonly #bytesMin: number;
  /** By the bytes themselves, so that nothing outlives them. */
  readonly #compressed = new WeakMap<Buffer, Promise<Buffer>>();
  #secret: Buffer = Buffer.alloc(0);

  constructor({ pool, host, bytesMin }: { pool: Pool; host: RoomHost; bytesMin: number }) {
    this.#pool = pool;
    this.#host = host;
    this.#bytesMin = bytesMin;
  }

  /** Reads what all nodes sign with. */
  async start(): Promise<void> {
    const { rows } = await this.#pool.query<{ secret: Buffer }>('SELECT secret FROM sync.snapshot_secret');
    this.#secret = rows[0]!.secret;
  }

  /** Where this snapshot is fetched, or null when it is better sent. */
  pathOf({ documentId, epoch }: OpenRoom, snapshot: Snapshot | null): string | null {
    if (!snapshot || snapshot.bytes.length < this.#bytesMin) return null;
    const { version } = snapshot;
    return `/v1/snapshots/${documentId}/${epoch}.${version}?key=${snapshotKey(this.#secret, { documentId, epoch, version }, Date.now())}`;
  }

  /** `GET /v1/snapshots/:documentId/:epoch.:version?key=…` */
  async answer(request: IncomingMessage, response: ServerResponse, wanted: SnapshotName): Promise<void> {
    const key = new URLSearchParams(request.url?.split('?')[1]).get('key') ?? '';
    if (!isSnapshotKey(this.#secret, wanted, key, Date.now())) return answer(response, 403);
    // A room that is loaded for this is the one that the joins on this node share.
    let room = await this.#host.open(wanted.documentId);
    if (wanted.epoch > room.epoch) {
      // Another node has seen what this one has not yet.
      room.failed('old-epoch');
      room = await this.#host.open(wanted.documentId);
    }
    const snapshot = await room.snapshot();
    if (room.epoch !== wanted.epoch || !snapshot) return answer(response, 410);
    // A later version of the same epoch holds all of this one, and more.
    const etag = `W/"${room.epoch}.${snapshot.version}"`;
    const kept = { etag, 'cache-control': 'private, max-age=31536000, immutable', vary: 'origin, accept-encoding' };
    if (request.headers['if-none-match'] === etag) return answer(response, 304, kept);
    const isCompressed = /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
    const bytes = isCompressed ? await this.#compress(snapshot.bytes) : snapshot.bytes;
    response.writeHead(200, { ...kept, 'content-type': 'application/octet-stream', 'content-length': bytes.length, 'x-content-type-options': 'nosniff', ...(isCompressed ? { 'content-encoding': 'br' } : {}) });
    response.end(bytes);
  }

  #compress(bytes: Buffer): Promise<Buffer> {
    const found = this.#compressed.get(bytes);
    if (found) return found;
    const made = compress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
    this.#compressed.set(bytes, made);
    return made;
  }
}
