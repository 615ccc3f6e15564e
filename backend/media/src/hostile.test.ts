import { aHouse, type House } from './testing/house.ts';
import { aPhotograph, aPicture, aPng, packedChunk } from './testing/pictures.ts';
import { request } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Files and requests of people who mean harm: each is refused with a clear word, and the service stays as it was. */
let house: House;
beforeAll(async () => {
  house = await aHouse({ COWRITE_MEDIA_UPLOADS_PER_PERSON: '1000' });
});
afterAll(() => house[Symbol.asyncDispose]());

const text = (value: string) => new TextEncoder().encode(value);
const OFFSET_TYPE = { 'content-type': 'application/offset+octet-stream' };

/** What the service says to a file: the code it is refused with, or what is shown of it. */
async function brought(file: Uint8Array): Promise<string | { id: string; jpeg: Buffer }> {
  const { code, status, id } = await house.upload(file);
  if (status !== 204) return code ?? String(status);
  return { id, jpeg: Buffer.from((await house.ask('GET', await house.address(id, '480'))).bytes) };
}

test('what is not a picture of the four formats is refused, whatever it is called', async () => {
  expect(await brought(text('<!doctype html><script>alert(1)</script>'))).toBe('unsupported-type');
  expect(await brought(text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'))).toBe('unsupported-type');
  expect(await brought(text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe('unsupported-type');
  expect(await brought(text('GIF89a/*'))).toBe('unsupported-type');
  expect(await brought(Buffer.concat([await aPicture('gif', { width: 8, height: 8 }), text('*/=1;alert(1)//')]))).toBe('unsupported-type');
  expect(await brought(text('%PDF-1.7\n'))).toBe('unsupported-type');
  expect(await brought(text('PK\u0003\u0004'))).toBe('unsupported-type');
  expect(await brought(new Uint8Array(1_000))).toBe('unsupported-type');
});

test('a picture that moves is refused', async () => {
  const frames = await sharp([await aPicture('png', { width: 16, height: 16 }), await aPicture('png', { width: 16, height: 16, channels: 4 })], { join: { animated: true } })
    .webp()
    .toBuffer();
  expect(await brought(frames)).toBe('unsupported-type');
});

test('of a file that is two things at once only the picture is left', async () => {
  for (const picture of [await aPicture('jpeg', { width: 64, height: 64 }), await aPicture('png', { width: 64, height: 64 })]) {
    const made = await brought(Buffer.concat([picture, text('PK\u0003\u0004<script>alert("뒤에 숨은 것")</script>')]));
    expect(made).toMatchObject({ jpeg: expect.any(Buffer) });
    expect((made as { jpeg: Buffer }).jpeg.includes('<script>')).toBe(false);
    expect((await sharp((made as { jpeg: Buffer }).jpeg).metadata()).format).toBe('jpeg');
  }
});

test('a small file of very many pixels is refused before it is unpacked, and others beside it are served', { timeout: 60_000 }, async () => {
  const bomb = aPng(20_000, 20_000);
  expect(bomb.length).toBeLessThan(200_000);
  const packed = [packedChunk('zTXt', 200_000_000), packedChunk('iCCP', 200_000_000)].map((chunk) => aPng(64, 64, [chunk]));
  // Once before, so that what is loaded with the first picture is not counted.
  await brought(aPng(64, 64));
  const before = process.memoryUsage.rss();
  let most = before;
  for (let times = 0; times < 5; times += 1) {
    expect(await brought(bomb)).toBe('too-large');
    most = Math.max(most, process.memoryUsage.rss());
  }
  // Their picture is sound; what hides beside it is not unpacked, or given up early.
  for (const file of packed) {
    expect(await brought(file)).toBeOneOf(['unreadable-image', expect.objectContaining({ id: expect.any(String) })]);
    most = Math.max(most, process.memoryUsage.rss());
  }
  // Unpacked, one bomb would be 400 MB, and a chunk 200 MB.
  expect(most - before).toBeLessThan(150 * 1024 * 1024);
  expect((await house.ask('GET', '/health')).status).toBe(200);
});

test('a file that ends early or is spoilt is refused', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
    const whole = await aPicture(format, { width: 200, height: 200 });
    expect([format, await brought(whole.subarray(0, Math.floor(whole.length / 2)))]).toEqual([format, 'unreadable-image']);
  }
  const spoilt = await aPicture('png', { width: 200, height: 200 });
  spoilt.fill(0x41, 60, 2_000);
  expect(await brought(spoilt)).toBe('unreadable-image');
});

test('a strip one pixel wide becomes nothing monstrous', async () => {
  expect(await brought(aPng(1, 60_000))).toMatchObject({ id: expect.any(String) });
  expect(await brought(aPng(60_000, 1))).toMatchObject({ id: expect.any(String) });
});

test('where a photograph was taken is not to be found in any size of it', async () => {
  const photograph = await aPhotograph();
  expect((await sharp(photograph).metadata()).exif!.length).toBeGreaterThan(100);
  const { id } = (await brought(photograph)) as { id: string };
  const folder = join(house.folder, 'pictures', id);
  const files = await readdir(folder);
  expect(files.toSorted()).toEqual(['480.avif', '480.jpg', '480.webp']);
  for (const file of files) {
    const { width, exif, xmp, icc } = await sharp(await readFile(join(folder, file))).metadata();
    expect({ width, exif, xmp, icc }).toEqual({ width: 200 });
  }
});

test('a name that a sender claims is looked at by nobody', async () => {
  const file = await aPicture('png', { width: 16, height: 16 });
  for (const name of ['../../x', '/etc/passwd', 'a\u0000.png', 'a\r\nset-cookie: x=1', '..\\x', `${'가'.repeat(2_000)}.png`]) {
    const ticket = await house.ticket('image');
    const made = await house.ask('POST', '/uploads', {
      ticket,
      headers: { 'upload-length': String(file.length), 'upload-metadata': `filename ${Buffer.from(name).toString('base64')},filetype ${Buffer.from('text/html').toString('base64')}` },
    });
    expect([made.status, made.headers.get('location')]).toEqual([201, expect.stringMatching(/^uploads\/[0-9a-f-]{36}$/)]);
  }
  for (const name of await readdir(join(house.folder, 'uploads'))) expect(name).toMatch(/^[0-9a-f-]{36}(\.json)?$/);
});

test('lengths and offsets that do not fit are refused', async () => {
  const begin = async (headers: Record<string, string>) => (await house.ask('POST', '/uploads', { ticket: await house.ticket('image'), headers })).code;
  expect(await begin({})).toBe('malformed-request');
  expect(await begin({ 'upload-defer-length': '1' })).toBe('malformed-request');
  for (const length of ['0', '-1', '1e3', '0x10', '99999999999999999999', 'NaN', ' ']) expect([length, await begin({ 'upload-length': length })]).toEqual([length, 'malformed-request']);
  expect(await begin({ 'upload-length': String(10 * 1024 * 1024 + 1) })).toBe('too-large');

  const ticket = await house.ticket('image');
  const path = `/${(await house.ask('POST', '/uploads', { ticket, headers: { 'upload-length': '10' } })).headers.get('location')}`;
  const send = async (offset: string, bytes: number, headers: Record<string, string> = OFFSET_TYPE) => (await house.ask('PATCH', path, { ticket, headers: { 'upload-offset': offset, ...headers }, body: new Uint8Array(bytes) })).code;
  expect(await send('-1', 1)).toBe('malformed-request');
  expect(await send('5', 1)).toBe('upload-offset');
  expect(await send('0', 11)).toBe('too-large');
  expect(await send('0', 1, { 'content-type': 'text/html' })).toBe('unsupported-type');
  expect((await house.ask('PATCH', path, { ticket, headers: { 'upload-offset': '0', 'tus-resumable': '0.2.2', ...OFFSET_TYPE }, body: new Uint8Array(1) })).code).toBe('precondition-failed');
  // More than was declared, without saying how much is coming.
  const status = await new Promise<number>((resolve) => {
    const sending = request(house.url + path, { method: 'PATCH', headers: { authorization: `Bearer ${ticket}`, 'tus-resumable': '1.0.0', 'upload-offset': '0', ...OFFSET_TYPE, 'transfer-encoding': 'chunked' } }, (response) =>
      resolve(response.resume().statusCode!),
    );
    sending.on('error', () => resolve(0));
    sending.end(new Uint8Array(100_000));
  });
  expect([0, 413]).toContain(status);
  const stands = Number((await house.ask('HEAD', path, { ticket })).headers.get('upload-offset'));
  expect(stands).toBeLessThanOrEqual(10);
});

test('another’s upload is not there, and a ticket opens one upload, in its time, once', async () => {
  const writer = await house.someone('writer');
  const mine = await house.ticket('image');
  const path = `/${(await house.ask('POST', '/uploads', { ticket: mine, headers: { 'upload-length': '10' } })).headers.get('location')}`;
  for (const ticket of [await house.ticket('image', { of: writer }), await house.ticket('image')])
    for (const method of ['PATCH', 'DELETE']) expect((await house.ask(method, path, { ticket, headers: { 'upload-offset': '0', ...OFFSET_TYPE }, body: new Uint8Array(10) })).code).toBe('not-found');
  const begin = async (ticket?: string) => (await house.ask('POST', '/uploads', { ticket: ticket ?? '', headers: { 'upload-length': '10' } })).code;
  expect(await begin()).toBe('signed-out');
  expect(await begin(mine)).toBe('ticket-refused');
  expect(await begin(await house.ticket('image', { lifeS: -120 }))).toBe('ticket-refused');
  expect(await begin(await house.ticket('image', { audience: 'cowrite-sync' }))).toBe('signed-out');
  expect(await begin(await house.ticket('image', { claims: { media: 'backup' } }))).toBe('signed-out');
  expect(await begin(await house.ticket('image', { claims: { media: undefined } }))).toBe('signed-out');
  expect(await begin('not.a.ticket')).toBe('signed-out');
  // An address is not a ticket, and a ticket is no address.
  const address = new URL(await house.address(crypto.randomUUID(), '160'), house.url).searchParams.get('key')!;
  expect(await begin(address)).toBe('signed-out');
  expect((await house.ask('GET', '/uploads/../../etc/passwd')).status).toBe(404);
  expect((await house.ask('HEAD', '/uploads/%2e%2e%2fx', { ticket: mine })).status).toBe(404);
  expect((await house.ask('GET', path, { ticket: mine })).status).toBe(404);
});
