import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Malformed } from './bytes.ts';
import { type ClientFrame, readClientFrame, readServerFrame, type ServerFrame, uuidBytes, uuidText, writeClientFrame, writeServerFrame } from './frames.ts';

const text = fc.string({ unit: 'grapheme' });
const bytes = fc.uint8Array({ maxLength: 40 });
const uint = fc.nat();

const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({ type: fc.constant('hello' as const), version: uint, ticket: text, lastSeq: uint }),
  fc.record(
    { type: fc.constant('open' as const), channel: uint, documentId: fc.uint8Array({ minLength: 16, maxLength: 16 }), epoch: uint, stateVector: bytes, canFetch: fc.constant(true as const) },
    { requiredKeys: ['type', 'channel', 'documentId', 'epoch', 'stateVector'] },
  ),
  fc.record({ type: fc.constant('close' as const), channel: uint }),
  fc.record({ type: fc.constant('push' as const), channel: uint, number: uint, kind: fc.constantFrom('edit' as const, 'resync' as const), update: bytes }),
  fc.record({ type: fc.constant('presence' as const), channel: uint, client: uint, clock: uint, state: text }),
  fc.record({ type: fc.constant('renew' as const), ticket: text }),
  fc.constant({ type: 'pong' as const }),
);

const serverFrame: fc.Arbitrary<ServerFrame> = fc.oneof(
  fc.record({ type: fc.constant('welcome' as const), session: uint, heartbeatMs: uint }),
  fc.record({ type: fc.constant('opened' as const), channel: uint, epoch: uint, canWrite: fc.boolean() }),
  fc.record({ type: fc.constant('content' as const), channel: uint, update: bytes }),
  fc.record({ type: fc.constant('updates' as const), channel: uint, updates: fc.array(bytes) }),
  fc.record({ type: fc.constantFrom('ready' as const, 'whole' as const), channel: uint, stateVector: bytes }),
  fc.record({ type: fc.constant('snapshot' as const), channel: uint, path: text }),
  fc.record({ type: fc.constant('ack' as const), channel: uint, upTo: uint }),
  fc.record({ type: fc.constant('refused' as const), channel: uint, number: uint, reason: text }),
  fc.record({ type: fc.constant('people' as const), channel: uint, people: fc.array(fc.record({ client: uint, clock: uint, userId: text, name: text, colour: uint, state: text })) }),
  fc.record({ type: fc.constant('rights' as const), channel: uint, canWrite: fc.boolean(), trashed: fc.boolean() }),
  fc.record({ type: fc.constant('closed' as const), channel: uint, code: uint, reason: text }),
  fc.record({ type: fc.constantFrom('event' as const, 'hint' as const), json: text }),
  fc.record({ type: fc.constant('reread' as const), seq: uint }),
  fc.record({ type: fc.constantFrom('ping' as const, 'renew-wanted' as const, 'renewed' as const) }),
);

test('every frame comes back as it went', () => {
  fc.assert(fc.property(clientFrame, (frame) => void expect(readClientFrame(writeClientFrame(frame))).toEqual(frame)));
  fc.assert(fc.property(serverFrame, (frame) => void expect(readServerFrame(writeServerFrame(frame))).toEqual(frame)));
});

test('garbage is refused and nothing else happens', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => {
      for (const read of [readClientFrame, readServerFrame]) {
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

test('an id is the same sixteen bytes and the same text', () => {
  fc.assert(fc.property(fc.uuid(), (id) => void expect(uuidText(uuidBytes(id))).toBe(id)));
});
