import { mediaService, Problem } from '@cowrite/contract';
import { answers, connect, figuresOf, type Logger, watchPools } from '@cowrite/service-kit';
import { Grants, keysOf } from '@cowrite/service-kit/grants';
import { type Edge, edge, serveRoute } from '@cowrite/service-kit/http';
import type { JWTVerifyGetKey } from 'jose';
import { join, resolve } from 'node:path';
import { servePictures } from './addresses.ts';
import { mediaApi } from './api.ts';
import { DiskBlobStore } from './blob-store.disk.ts';
import { S3BlobStore } from './blob-store.s3.ts';
import type { BlobStore } from './blob-store.ts';
import type { MediaConfig } from './config.ts';
import { Keeper } from './keeper.ts';
import { Staging } from './staging.ts';
import { serveUploads, TUS_HEADERS } from './tus-wire.ts';
import { Uploads } from './uploads.ts';

export interface Media extends Edge {
  /** Removes what is over: uploads that never became whole, pictures that nothing refers to, spent tickets. Done by itself, too. */
  sweep(): Promise<void>;
}

/** JSON is taken nowhere; what else comes by mistake is not read far. */
const BODY_BYTES_MAX = 1_024;

/** Puts the service together: the one place that knows every part. `keys`: core's, when a test has them at hand. */
export function createMedia({ config, logger, keys = keysOf(config.CORE_URL), now = () => new Date() }: { config: MediaConfig; logger: Logger; keys?: JWTVerifyGetKey; now?: () => Date }): Media {
  const pool = connect(config.DATABASE_URL, { name: 'cowrite-media' });
  const grants = new Grants(pool, keys, { audience: 'cowrite-media', spent: 'media.spent_ticket' });
  const folder = resolve(config.COWRITE_MEDIA_DIR);
  const blobs = blobStoreOf(config, folder);
  const keeper = new Keeper(pool, blobs, { orphanAfterMs: config.COWRITE_MEDIA_ORPHAN_AFTER });
  const staging = new Staging(join(folder, 'uploads'));
  const limits = {
    bytesMax: config.COWRITE_MEDIA_IMAGE_BYTES_MAX,
    pixelsMax: config.COWRITE_MEDIA_PIXELS_MAX,
    perPersonMax: config.COWRITE_MEDIA_UPLOADS_PER_PERSON,
    waitingMax: config.COWRITE_MEDIA_PICTURES_WAITING,
    expiresAfterMs: config.COWRITE_MEDIA_UPLOAD_EXPIRES,
    timeoutMs: config.COWRITE_MEDIA_READ_TIMEOUT,
  };
  const uploads = new Uploads({ pool, grants, keeper, staging, logger }, limits, now);

  const registry = figuresOf('media');
  watchPools(registry, { main: pool });
  const service = edge({
    logger,
    registry,
    api: mediaApi,
    origins: config.origins,
    hosts: config.HOST,
    port: config.PORT,
    trustedProxies: config.COWRITE_TRUSTED_PROXIES,
    bodyBytesMax: BODY_BYTES_MAX,
    headers: TUS_HEADERS,
    async closing() {
      clearInterval(sweeping);
      await uploads.settled();
      await pool.end();
    },
  });
  const { instance } = service;
  const anyone = (): null => null;
  serveRoute(instance, mediaService.health, anyone, () => ({ status: 'ok' as const, service: 'media' as const }));
  serveRoute(instance, mediaService.ready, anyone, async () => {
    if (!(await answers(pool)) || !(await blobs.isWritable())) throw new Problem('unavailable');
    return { status: 'ok' as const, database: 'ok' as const, store: 'ok' as const };
  });
  serveUploads(instance, uploads, staging, limits);
  servePictures(instance, { pool, keys, grants, keeper, now });

  const sweep = async (): Promise<void> => {
    const [expired, orphans] = [await uploads.sweep(now()), await keeper.sweep(now())];
    await grants.forgetSpent();
    if (expired + orphans > 0) logger.info({ uploads: expired, pictures: orphans }, 'swept');
  };
  const sweeping = setInterval(() => void sweep().catch((failure: unknown) => logger.warn({ err: failure }, 'what is over could not be swept')), config.COWRITE_MEDIA_SWEEP_EVERY).unref();
  return { ...service, sweep };
}

function blobStoreOf(config: MediaConfig, folder: string): BlobStore {
  if (config.S3_ENDPOINT === undefined) return new DiskBlobStore(join(folder, 'pictures'));
  return new S3BlobStore({ endpoint: config.S3_ENDPOINT, bucket: config.S3_BUCKET!, region: config.S3_REGION, accessKeyId: config.S3_ACCESS_KEY_ID!, secretAccessKey: config.S3_SECRET_ACCESS_KEY!, pathStyle: config.S3_PATH_STYLE === '1' });
}
