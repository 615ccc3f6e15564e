import { expect, test } from 'vitest';
import { recordingOf, secondsAtMost } from './recording.ts';
import { aWav } from './testing/recordings.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1'))));
const box = (brand: string) =>
  bytes(
    [0, 0, 0, 24],
    `ftyp${brand}`,
    Array.from({ length: 16 }, () => 0),
  );
const ebml = (name: string) =>
  bytes(
    [0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84],
    name,
    Array.from({ length: 64 }, () => 0),
  );

test.each([
  ['wav', aWav(1)],
  ['ogg', bytes('OggS', [0, 2])],
  ['flac', bytes('fLaC', [0])],
  ['webm', ebml('webm')],
  ['m4a', box('M4A ')],
  ['m4a', box('isom')],
  ['m4a', box('iso5')],
  ['mp3', bytes('ID3', [3, 0])],
  ['mp3', bytes([0xff, 0xfb, 0x90, 0x64])],
])('a recording is known by its bytes: %s', (kind, given) => {
  expect(recordingOf(given)?.kind).toBe(kind);
});

test.each([
  ['nothing', bytes()],
  ['text', bytes('it says RIFF and WAVE')],
  ['a picture in the boxes of a film', box('avif')],
  ['a photograph of a phone', box('heic')],
  ['a film in the boxes of WebM', ebml('matroska')],
  ['another file in the boxes of WAV', bytes('RIFF', [0, 0, 0, 0], 'AVI ')],
  ['AAC without boxes, which makers do not take', bytes([0xff, 0xf1, 0x50, 0x80])],
  ['nothing but ones', bytes([0xff, 0xff, 0xff, 0xff])],
  ['a page', bytes('<!doctype html><script>')],
])('what is no recording is none: %s', (_, given) => {
  expect(recordingOf(given)).toBeNull();
});

test('it lasts as long as its head says, and otherwise no longer than its bytes allow', () => {
  expect(secondsAtMost({ kind: 'wav', bytes: aWav(3) })).toBe(4);
  expect(secondsAtMost({ kind: 'webm', bytes: new Uint8Array(20_000) })).toBe(10);
  // A head that lies makes it no longer.
  const slow = aWav(1);
  slow.writeUInt32LE(1, 28);
  expect(secondsAtMost({ kind: 'wav', bytes: slow })).toBe(Math.ceil(slow.length / 2_000));
});
