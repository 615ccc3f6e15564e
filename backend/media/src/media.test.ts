import { openApiDocument } from '@cowrite/service-kit/http';
import { request } from 'node:http';
import { createHash } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { mediaApi } from './api.ts';
import { MediaConfig } from './config.ts';
import { aHouse, type House } from './testing/house.ts';
import { aPicture, aPhotograph } from './testing/pictures.ts';

const OFFSET_TYPE = { 'content-type': 'application/offset+octet-stream' };
const length = (bytes: number) => ({ 'upload-length': String(bytes) });
const DAY = 24 * 3_600_000;

/** What core says of a picture, as it reads it. */
const published = async ({ database }: House, blobId: string) =>
  (await database.pool.query<{ kind: string; width: number; height: number; variants: { name: string; width: number; height: number }[] }>('SELECT kind, width, height, variants FROM media.stored_blobs(ARRAY[$1]::uuid[])', [blobId]))
    .rows[0];
const countOf = async ({ database }: House) => (await database.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM media.blob')).rows[0]!.count;

test('a picture is made anew in the sizes of its kind, never enlarged, and each format is sent to who asks for it', async () => {
  await using house = await aHouse();
  const file = await aPicture('png', { width: 600, height: 800 });
  const { status, id } = await house.upload(file, { kind: 'cover' });
  expect(status).toBe(204);
  expect(await published(house, id)).toEqual({
    kind: 'cover',
    width: 600,
    height: 800,
    variants: [
      { name: '160', width: 160, height: 213 },
      { name: '480', width: 480, height: 640 },
      { name: '1080', width: 600, height: 800 },
    ],
  });
  const path = await house.address(id, '480');
  for (const [accept, type, format] of [
    ['image/avif,image/webp,*/*', 'image/avif', 'heif'],
    ['image/webp,*/*', 'image/webp', 'webp'],
    ['*/*', 'image/jpeg', 'jpeg'],
  ] as const) {
    const answer = await house.ask('GET', path, { headers: { accept } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect(await sharp(answer.bytes).metadata()).toMatchObject({ format, width: 480, height: 640 });
  }
  const { rows } = await house.database.pool.query<{ sha256: Buffer; bytes: number }>('SELECT sha256, bytes FROM media.blob');
  expect(rows).toEqual([{ sha256: createHash('sha256').update(file).digest(), bytes: file.length }]);
});

test('one that sees through keeps doing so, in every format', async () => {
  await using house = await aHouse();
  const { id } = await house.upload(await aPicture('webp', { width: 100, height: 50, channels: 4 }), { kind: 'portrait' });
  for (const accept of ['image/avif', 'image/webp', '*/*']) expect((await sharp((await house.ask('GET', await house.address(id, '160'), { headers: { accept } })).bytes).metadata()).hasAlpha).toBe(true);
  expect((await house.ask('GET', await house.address(id, '160'))).headers.get('content-type')).toBe('image/png');
});

test('nothing of where and by whom a photograph was taken is kept, and it stands upright', async () => {
  await using house = await aHouse();
  const file = await aPhotograph();
  expect(file.includes('SecretCam')).toBe(true);
  const { id } = await house.upload(file);
  for (const accept of ['image/avif', 'image/webp', '*/*']) {
    const { bytes } = await house.ask('GET', await house.address(id, '480'), { headers: { accept } });
    const about = await sharp(bytes).metadata();
    expect([about.width, about.height, about.exif, about.icc, about.xmp, about.orientation]).toEqual([200, 400, undefined, undefined, undefined, undefined]);
    expect(Buffer.from(bytes).includes('SecretCam')).toBe(false);
  }
});

test('an upload that was cut is continued where it stood, also by another process', async () => {
  await using house = await aHouse();
  const file = await aPicture('jpeg');
  const ticket = await house.ticket('image');
  const made = await house.ask('POST', '/uploads', { ticket, headers: { ...length(file.length), 'upload-metadata': `filename ${Buffer.from('../../x').toString('base64')}` } });
  expect([made.status, made.headers.get('location')]).toEqual([201, expect.stringMatching(/^uploads\/[0-9a-f-]{36}$/)]);
  const path = `/${made.headers.get('location')}`;
  const half = Math.floor(file.length / 2);
  // The connection breaks in the middle of what was announced.
  const sending = request(house.url + path, { method: 'PATCH', headers: { authorization: `Bearer ${ticket}`, 'tus-resumable': '1.0.0', 'upload-offset': '0', ...OFFSET_TYPE, 'content-length': String(file.length) } });
  sending.on('error', () => undefined).write(file.subarray(0, half));
  await expect.poll(async () => (await stat(join(house.folder, path))).size).toBe(half);
  sending.destroy();
  await house.restart();
  const stands = await house.ask('HEAD', path, { ticket });
  const offset = Number(stands.headers.get('upload-offset'));
  expect([stands.status, stands.headers.get('upload-length'), offset]).toEqual([200, String(file.length), half]);
  const rest = await house.ask('PATCH', path, { ticket, headers: { 'upload-offset': String(offset), ...OFFSET_TYPE }, body: file.subarray(offset) });
  expect([rest.status, rest.headers.get('upload-offset')]).toEqual([204, String(file.length)]);
  expect(await published(house, path.slice('/uploads/'.length))).toMatchObject({ width: 600 });
  // Who did not hear the answer asks again.
  expect((await house.ask('HEAD', path, { ticket })).headers.get('upload-offset')).toBe(String(file.length));
});

test('a whole file whose making was interrupted is made when it is asked for', async () => {
  await using house = await aHouse();
  const { id } = await house.upload(await aPicture('png'));
  const ticket = await house.ticket('image');
  const file = await aPicture('png', { width: 20, height: 20 });
  const made = await house.ask('POST', '/uploads', { ticket, headers: { ...length(file.length), ...OFFSET_TYPE }, body: file.subarray(0, file.length - 1) });
  const path = `/${made.headers.get('location')}`;
  const { rows } = await house.database.pool.query<{ id: string }>("SELECT id FROM media.upload WHERE state = 'open'");
  expect(rows).toEqual([{ id: path.slice('/uploads/'.length) }]);
  // As a process leaves it that ended between the last byte and the picture.
  await writeFile(join(house.folder, 'uploads', rows[0]!.id), file);
  expect(await published(house, rows[0]!.id)).toBeUndefined();
  expect((await house.ask('HEAD', path, { ticket })).status).toBe(200);
  expect(await published(house, rows[0]!.id)).toMatchObject({ width: 20 });
  expect(await published(house, id)).toBeDefined();
});

test('who may bring what: covers the owner, images a writer, a reader nothing', async () => {
  await using house = await aHouse();
  const [writer, reader, stranger] = [await house.someone('writer'), await house.someone('reader'), await house.someone(null)];
  const begin = async (of: typeof writer, kind: 'cover' | 'portrait' | 'image') => {
    const { status, code } = await house.ask('POST', '/uploads', { ticket: await house.ticket(kind, { of }), headers: length(10) });
    return code ?? status;
  };
  expect([await begin(house.owner, 'cover'), await begin(writer, 'cover'), await begin(writer, 'image'), await begin(writer, 'portrait'), await begin(reader, 'image'), await begin(stranger, 'image')]).toEqual([
    201,
    'forbidden',
    201,
    201,
    'forbidden',
    'not-found',
  ]);
});

test('a right that was taken away ends an upload in its middle', async () => {
  await using house = await aHouse();
  const writer = await house.someone('writer');
  const ticket = await house.ticket('image', { of: writer });
  const made = await house.ask('POST', '/uploads', { ticket, headers: length(10) });
  await house.database.pool.query('DELETE FROM core.member WHERE user_id = $1', [writer.userId]);
  expect(await house.ask('PATCH', `/${made.headers.get('location')}`, { ticket, headers: { 'upload-offset': '0', ...OFFSET_TYPE }, body: new Uint8Array(10) })).toMatchObject({ status: 404, code: 'not-found' });
});

test('a person brings only so many at a time, and one that is given up makes room', async () => {
  await using house = await aHouse({ COWRITE_MEDIA_UPLOADS_PER_PERSON: '2' });
  const begin = async () => {
    const ticket = await house.ticket('image');
    return { ticket, ...(await house.ask('POST', '/uploads', { ticket, headers: length(10) })) };
  };
  const [first, , third] = [await begin(), await begin(), await begin()];
  expect(third).toMatchObject({ status: 429, code: 'too-many-requests' });
  expect((await house.ask('DELETE', `/${first.headers.get('location')}`, { ticket: first.ticket })).status).toBe(204);
  expect((await begin()).status).toBe(201);
});

test('an address opens nothing after its time, with another key, for another picture, or when its person may not read any more', async () => {
  await using house = await aHouse();
  const reader = await house.someone('reader');
  const stranger = await house.someone(null);
  const { id } = await house.upload(await aPicture('jpeg'), { kind: 'cover' });
  const other = await house.upload(await aPicture('jpeg'), { kind: 'cover' });
  const status = async (path: string) => (await house.ask('GET', path)).status;
  const path = await house.address(id, '160', { of: reader });
  expect(await status(path)).toBe(200);
  expect(await status(path.replace(id, other.id))).toBe(404);
  expect(await status(path.replace('/160?', '/480?'))).toBe(404);
  expect(await status(path.slice(0, -4))).toBe(404);
  expect(await status(path.split('?')[0]!)).toBe(404);
  expect(await status(await house.address(id, '160', { lifeS: -1 }))).toBe(404);
  expect(await status(await house.address(id, '160', { type: 'ticket+jwt' }))).toBe(404);
  expect(await status(await house.address(id, '160', { audience: 'cowrite-sync' }))).toBe(404);
  expect(await status(await house.address(id, '160', { of: stranger }))).toBe(404);
  house.pass(601_000);
  expect(await status(path)).toBe(404);
  const fresh = await house.address(id, '160', { of: reader });
  expect(await status(fresh)).toBe(200);
  await house.database.pool.query('DELETE FROM core.member WHERE user_id = $1', [reader.userId]);
  expect(await status(fresh)).toBe(404);
  const owners = await house.address(id, '160');
  await house.database.pool.query('UPDATE core.sign_in SET ended_at = now() WHERE id = $1', [house.owner.signInId]);
  expect(await status(owners)).toBe(404);
});

test('a picture is answered so that it can only be a picture, and known again without being sent', async () => {
  await using house = await aHouse();
  const { id } = await house.upload(await aPicture('jpeg'));
  const path = await house.address(id, '480');
  const { headers } = await house.ask('GET', path);
  expect(Object.fromEntries(['x-content-type-options', 'content-disposition', 'content-security-policy', 'cross-origin-resource-policy', 'cache-control', 'vary'].map((name) => [name, headers.get(name)]))).toEqual({
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename="${id}.jpeg"`,
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'cross-origin-resource-policy': 'same-site',
    'cache-control': 'private, no-cache',
    vary: 'Accept, Origin',
  });
  const again = await house.ask('GET', path, { headers: { 'if-none-match': headers.get('etag')! } });
  expect([again.status, again.bytes.length]).toEqual([304, 0]);
});

test('what nothing refers to goes after a day, a cover that is shown stays, and one that was replaced goes a day later', async () => {
  await using house = await aHouse();
  const [cover, forgotten, image] = [await house.upload(await aPicture('jpeg'), { kind: 'cover' }), await house.upload(await aPicture('png'), { kind: 'cover' }), await house.upload(await aPicture('png'))];
  const { pool } = house.database;
  await pool.query('UPDATE core.project SET cover_id = $1', [cover.id]);
  await pool.query('INSERT INTO core.attachment (blob_id, project_id, attached_by, attached_at) VALUES ($1, $2, $3, now())', [image.id, house.projectId, house.owner.userId]);
  const there = async () => Promise.all([cover, forgotten, image].map(async ({ id }) => (await published(house, id)) !== undefined));
  await house.media.sweep();
  house.pass(DAY - 60_000);
  await house.media.sweep();
  expect(await there()).toEqual([true, true, true]);
  house.pass(120_000);
  await house.media.sweep();
  expect(await there()).toEqual([true, false, true]);
  await expect(readdir(join(house.folder, 'pictures', forgotten.id))).rejects.toThrow('ENOENT');
  await pool.query('UPDATE core.project SET cover_id = NULL');
  await house.media.sweep();
  expect(await there()).toEqual([true, false, true]);
  house.pass(DAY + 1);
  await house.media.sweep();
  expect(await there()).toEqual([false, false, true]);
  await pool.query('DELETE FROM core.member; DELETE FROM core.project');
  await house.media.sweep();
  house.pass(DAY + 1);
  await house.media.sweep();
  expect(await countOf(house)).toBe(0);
});

test('an upload that did not become whole in a day is removed, and so is what it left on the disk', async () => {
  await using house = await aHouse();
  const ticket = await house.ticket('image');
  const made = await house.ask('POST', '/uploads', { ticket, headers: { ...length(100), ...OFFSET_TYPE }, body: new Uint8Array(40) });
  const path = `/${made.headers.get('location')}`;
  house.pass(DAY - 1_000);
  await house.media.sweep();
  expect((await house.ask('HEAD', path, { ticket })).headers.get('upload-offset')).toBe('40');
  house.pass(2_000);
  await house.media.sweep();
  expect((await house.ask('HEAD', path, { ticket })).status).toBe(404);
  expect(await readdir(join(house.folder, 'uploads'))).toEqual([]);
});

test('nothing of a file stays behind its picture', async () => {
  await using house = await aHouse();
  await house.upload(await aPicture('jpeg'));
  await house.upload(new TextEncoder().encode('이것은 그림이 아니다'));
  expect(await readdir(join(house.folder, 'uploads'))).toEqual([]);
});

test('a page of the studio may call, another site’s may not', async () => {
  await using house = await aHouse();
  const preflight = await house.ask('OPTIONS', '/uploads', { headers: { origin: 'http://localhost:3100', 'access-control-request-method': 'POST' } });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin'), preflight.headers.get('access-control-allow-headers')]).toEqual([204, 'http://localhost:3100', expect.stringContaining('upload-length')]);
  const foreign = await house.ask('POST', '/uploads', { ticket: await house.ticket('image'), headers: { ...length(10), origin: 'https://evil.example' } });
  expect([foreign.code, foreign.headers.get('access-control-allow-origin')]).toEqual(['foreign-origin', null]);
  const own = await house.ask('OPTIONS', '/uploads');
  expect([own.status, own.headers.get('tus-version'), own.headers.get('tus-max-size')]).toEqual([204, '1.0.0', String(10 * 1024 * 1024)]);
});

test('serves its documentation from this machine alone, and says how it is', async () => {
  await using house = await aHouse();
  const json = async (path: string): Promise<unknown> => JSON.parse(new TextDecoder().decode((await house.ask('GET', path)).bytes));
  expect(await json('/openapi.json')).toEqual(JSON.parse(JSON.stringify(openApiDocument(mediaApi))));
  expect((await house.ask('GET', '/docs')).headers.get('content-type')).toContain('text/html');
  expect(await json('/health')).toEqual({ status: 'ok', service: 'media' });
  const figures = new TextDecoder().decode((await house.ask('GET', '/metrics')).bytes);
  expect(figures).toContain('service="media"');
  expect(await json('/health/ready')).toEqual({ status: 'ok', database: 'ok', store: 'ok' });
});

test('a store of one’s own needs its bucket and keys, all of which are named at once', () => {
  const parsed = MediaConfig.safeParse({ DATABASE_URL: 'postgres://x', S3_ENDPOINT: 'http://127.0.0.1:9000' });
  expect(parsed.error?.issues.map(({ path }) => path[0])).toEqual(['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']);
});
