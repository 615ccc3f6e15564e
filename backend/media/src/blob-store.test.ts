import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskBlobStore } from './blob-store.disk.ts';
import { S3BlobStore } from './blob-store.s3.ts';
import { blobStoreSuite } from './blob-store.suite.ts';
import { aHouse } from './testing/house.ts';
import { aPicture } from './testing/pictures.ts';
import { anS3Server } from './testing/s3-server.ts';

const credentials = { accessKeyId: 'a-key', secretAccessKey: 'a-secret' };

blobStoreSuite('disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-blobs-'));
  return {
    store: new DiskBlobStore(join(folder, 'pictures')),
    async break_() {
      await rm(join(folder, 'pictures'), { recursive: true, force: true });
      await writeFile(join(folder, 'pictures'), 'not a folder');
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
});

blobStoreSuite('S3', async () => {
  const server = await anS3Server(credentials);
  return { store: new S3BlobStore({ endpoint: server.url, bucket: 'pictures', region: 'us-east-1', ...credentials, pathStyle: true }), break_: async () => server.fail(), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
});

test('disk: a key that would lead elsewhere is not one', async () => {
  const store = new DiskBlobStore(join(tmpdir(), 'cowrite-nowhere'));
  for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a/b/c', 'a', 'a/.', 'a/b\0']) await expect(store.get(key)).rejects.toThrow('not a key');
});

test('the service over a bucket: kept there with its type, served from there, and removed from there', async () => {
  await using server = await anS3Server(credentials);
  await using house = await aHouse({ S3_ENDPOINT: server.url, S3_BUCKET: 'pictures', S3_ACCESS_KEY_ID: credentials.accessKeyId, S3_SECRET_ACCESS_KEY: credentials.secretAccessKey });
  const { id } = await house.upload(await aPicture('jpeg', { width: 100, height: 100 }), { kind: 'portrait' });
  expect([...server.objects].filter(([path]) => path.includes(id)).map(([path, { type }]) => [path, type])).toEqual([
    [`/pictures/${id}/160.avif`, 'image/avif'],
    [`/pictures/${id}/160.webp`, 'image/webp'],
    [`/pictures/${id}/160.jpg`, 'image/jpeg'],
  ]);
  expect((await house.ask('GET', await house.address(id, '160'))).status).toBe(200);
  await house.media.sweep();
  house.pass(25 * 3_600_000);
  await house.media.sweep();
  expect([...server.objects.keys()].filter((path) => path.includes(id))).toEqual([]);
});

test('while the bucket does not answer an upload waits, and becomes a picture when it does', async () => {
  await using server = await anS3Server(credentials);
  await using house = await aHouse({ S3_ENDPOINT: server.url, S3_BUCKET: 'pictures', S3_ACCESS_KEY_ID: credentials.accessKeyId, S3_SECRET_ACCESS_KEY: credentials.secretAccessKey });
  server.fail();
  const ticket = await house.ticket('portrait');
  const file = await aPicture('jpeg', { width: 40, height: 40 });
  const sent = await house.upload(file, { ticket });
  expect([sent.status, sent.code]).toEqual([503, 'unavailable']);
  expect((await house.ask('GET', '/health/ready')).status).toBe(503);
  server.mend();
  expect((await house.ask('HEAD', `/uploads/${sent.id}`, { ticket })).status).toBe(200);
  expect((await house.ask('GET', await house.address(sent.id, '160'))).status).toBe(200);
});
