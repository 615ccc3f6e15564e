import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Malformed } from './bytes.ts';
import { messageHead, readStreamRequest, readStreamWord, StreamReader, writeStreamRequest, writeStreamWord } from './stream.ts';

const message = fc.uint8Array({ minLength: 1, maxLength: 300 });

test('messages come whole out of a stream, however it was cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (messages, cuts) => {
      const bytes = Uint8Array.from(messages.flatMap((each) => [...messageHead(each.length), ...each]));
      const reader = new StreamReader();
      const read: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const length = cuts[turn % cuts.length]!;
        read.push(...reader.take(bytes.slice(at, at + length)));
        at += length;
      }
      expect(read).toEqual(messages);
    }),
  );
});

test('a stream that claims an endless or an empty message is malformed', () => {
  expect(() => new StreamReader().take(Uint8Array.of(255, 255, 255, 255, 127))).toThrow(Malformed);
  expect(() => new StreamReader().take(Uint8Array.of(128, 128, 128, 128, 128, 0))).toThrow(Malformed);
  expect(() => new StreamReader().take(Uint8Array.of(0))).toThrow(Malformed);
});

test('requests and the words of a stream come back as they went', () => {
  fc.assert(fc.property(fc.nat(), fc.array(message, { minLength: 1 }), (number, frames) => void expect(readStreamRequest(writeStreamRequest({ number, frames }))).toEqual({ number, frames })));
  for (const word of [
    { type: 'begun', streamId: 'a1' },
    { type: 'ended', code: 4403, reason: '더 참여하지 않습니다' },
  ] as const)
    expect(readStreamWord(writeStreamWord(word))).toEqual(word);
});

test('a frame is no word of the stream, and garbage is refused and nothing else happens', () => {
  expect(readStreamWord(Uint8Array.of(79))).toBeNull();
  expect(() => readStreamRequest(Uint8Array.of(1))).toThrow(Malformed);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => {
      for (const read of [readStreamWord, readStreamRequest, (bytes: Uint8Array) => new StreamReader().take(bytes)]) {
        try {
          read(garbage);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }
    }),
    { numRuns: 5_000 },
  );
});
