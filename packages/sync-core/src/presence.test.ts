import { expect, test } from 'vitest';
import { Presence } from './presence.ts';

const aPresence = () => new Presence({ expiresAfterMs: 30_000, stateBytesMax: 100 });

test('[PR1] word of a client from another session is dropped', () => {
  const presence = aPresence();
  expect(presence.say(1, 7, 1, '{"cursor":1}', 0)).toMatchObject({ client: 7, state: '{"cursor":1}' });
  expect(presence.say(2, 7, 2, '{"cursor":"mine"}', 0)).toBeNull();
  expect(presence.say(2, 7, 2, null, 0)).toBeNull();
});

test('[PR1] who comes from another node takes their client id along, and their old node cannot remove them any more', () => {
  const presence = aPresence();
  presence.say(-1, 7, 4, '{"at":"there"}', 0);
  expect(presence.say(2, 7, 5, '{"at":"here"}', 0)).toMatchObject({ session: 2 });
  expect(presence.say(-1, 7, 5, null, 0)).toBeNull();
  expect(presence.say(-1, 7, 6, '{"at":"there"}', 0)).toBeNull();
  expect(presence.leave(-1)).toEqual([]);
  expect(presence.everyone()).toMatchObject([{ client: 7, session: 2 }]);
});

test('[PR2] only a higher clock replaces a state, and a removal may repeat it', () => {
  const presence = aPresence();
  presence.say(1, 7, 5, '{}', 0);
  expect(presence.say(1, 7, 4, '{"old":1}', 0)).toBeNull();
  expect(presence.say(1, 7, 5, '{"same":1}', 0)).toBeNull();
  expect(presence.say(1, 7, 5, null, 0)).toMatchObject({ state: null });
  expect(presence.everyone()).toEqual([]);
});

test('[PR3] when a session leaves, its clients are gone for everyone', () => {
  const presence = aPresence();
  presence.say(1, 7, 5, '{}', 0);
  presence.say(2, 8, 1, '{}', 0);
  expect(presence.leave(1)).toEqual([{ client: 7, clock: 6, state: null, session: 1 }]);
  expect(presence.everyone().map(({ client }) => client)).toEqual([8]);
});

test('[PR4] a state nobody renews is gone after its time', () => {
  const presence = aPresence();
  presence.say(1, 7, 1, '{}', 0);
  presence.say(2, 8, 1, '{}', 0);
  presence.renew(2, 29_000);
  expect(presence.expire(30_001).map(({ client }) => client)).toEqual([7]);
});

test('[PR5] a state that is too large is dropped', () => {
  expect(aPresence().say(1, 7, 1, `"${'가'.repeat(200)}"`, 0)).toBeNull();
});
