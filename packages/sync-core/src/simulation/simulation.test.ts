import { expect, test } from 'vitest';
import type { ReplicaEffect } from '../replica.ts';
import type { RoomEffect } from '../room.ts';
import { type Faults, Simulation, Violation } from './world.ts';

/** The same generator as bench/random.ts; this package imports nothing. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SEEDS = 100;

test(`nothing acknowledged is lost in ${SEEDS} worlds of crashes, cuts, dead tabs and changing roles`, () => {
  let acked = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    try {
      acked += new Simulation(seeded(seed)).run().acked;
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  expect(acked).toBeGreaterThan(SEEDS * 10);
});

test('the same seed is the same world', () => {
  expect(new Simulation(seeded(7)).run()).toEqual(new Simulation(seeded(7)).run());
});

test('seed 1864: a deletion that the server lost with its author is brought back by whoever heard it', () => {
  expect(() => new Simulation(seeded(1864)).run()).not.toThrow();
});

/** Faults planted on purpose: a simulation that does not notice them proves nothing. */
const PLANTED: Record<string, Faults> = {
  'acknowledges before the commit': {
    room: (_room, input, effects) => (input.type === 'pushed' && effects.some(({ type }) => type === 'store') ? [...effects, { type: 'ack', session: input.session, upTo: input.number }] : effects),
  },
  'does not store deletions': {
    room: (_room, _input, effects) => effects.filter((effect) => !(effect.type === 'store' && effect.update !== null && effect.update[0] === 0)),
  },
  'acknowledges what it refused': {
    room: (_room, input, effects) => effects.flatMap((effect): RoomEffect[] => (effect.type === 'refuse' && input.type === 'pushed' ? [{ type: 'ack' as const, session: input.session, upTo: input.number }] : [effect])),
  },
  'neither asks for the whole nor compares': {
    room: (_room, _input, effects) => effects.filter(({ type }) => type !== 'ask-whole'),
    replica: (_replica, _input, effects) => effects.filter(({ type }) => type !== 'compare'),
  },
  'takes an edit that rests on what is not there': {
    room: (_room, input, effects) => effects.flatMap((effect): RoomEffect[] => (effect.type === 'ask-whole' && input.type === 'pushed' ? [{ type: 'store', position: 1_000_000, update: input.update, credits: [], owners: [] }] : [effect])),
  },
  'forgets the outbox of a dead tab': { forgetsOutbox: true },
  'forgets an edit when it is sent': {
    replica: (_replica, _input, effects) => effects.flatMap((effect): ReplicaEffect[] => (effect.type === 'push' ? [effect, { type: 'forget' as const, upTo: effect.number }] : [effect])),
  },
  'sends nothing again': {
    replica: (_replica, input, effects) => (input.type === 'ready' ? effects.filter(({ type }) => type !== 'push' && type !== 'compare') : effects),
  },
  'keeps its own edits and not what they rest on': { forgetsReceived: true },
  'loses a row when folding': { foldLoses: true },
};

test.for(Object.entries(PLANTED))('notices a server or client that %s', ([, faults]) => {
  const noticed = () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      try {
        new Simulation(seeded(seed), faults).run();
      } catch (error) {
        if (error instanceof Violation) return true;
        throw error;
      }
    }
    return false;
  };
  expect(noticed()).toBe(true);
});
