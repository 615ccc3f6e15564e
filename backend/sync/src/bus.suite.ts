import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Bus, BusMessage } from './bus.ts';

/** Buses that hear each other, each as a process of its own would have it. */
export interface Buses extends AsyncDisposable {
  make(node: string): Bus;
}

/** A node that notes what it hears, and waits for it. */
async function aNode(buses: Buses) {
  const node = randomUUID();
  const bus = buses.make(node);
  const heard: { from: string; message: BusMessage }[] = [];
  const waiters = new Set<() => void>();
  await bus.start({
    hear: (from, message) => {
      heard.push({ from, message });
      for (const look of waiters) look();
    },
    doubt: () => undefined,
  });
  const until = (count: number) =>
    new Promise<void>((done) => {
      const look = () => {
        if (heard.length < count) return;
        waiters.delete(look);
        done();
      };
      waiters.add(look);
      look();
    });
  return { node, bus, heard, until };
}

const aRow = (updates: Uint8Array, seq = 1): BusMessage => ({ kind: 'row', documentId: randomUUID(), epoch: 1, row: { node: randomUUID(), seq }, updates, credits: { credits: [], owners: [{ client: 4_000_000_000, by: 'garam' }] } });

/** What every implementation of Bus must do while all is well. What it may lose when it is not, the rooms find in the log. */
export function busSuite(make: () => Promise<Buses>): void {
  test('what one node says every other node hears, byte for byte, and not itself', async () => {
    await using buses = await make();
    const [one, two, three] = [await aNode(buses), await aNode(buses), await aNode(buses)];
    const said: BusMessage[] = [
      aRow(Uint8Array.of(0, 255, 7)),
      { kind: 'people', documentId: randomUUID(), people: [{ client: 7, clock: 1, state: '{"cursor":"봄"}', who: { userId: 'garam', name: '가람', colour: 3 } }] },
      { kind: 'who', documentId: randomUUID() },
      { kind: 'look' },
    ];
    one.bus.say(said);
    await Promise.all([two.until(said.length), three.until(said.length)]);
    for (const { heard } of [two, three]) {
      expect(new Set(heard.map(({ from }) => from))).toEqual(new Set([one.node]));
      for (const message of said) expect(heard.map((each) => each.message)).toContainEqual(message);
    }
    expect(one.heard).toEqual([]);
    await Promise.all([one, two, three].map(({ bus }) => bus.stop()));
  });

  test('what is said in many small pieces is heard whole, also what a node says before it goes', async () => {
    await using buses = await make();
    const [one, two] = [await aNode(buses), await aNode(buses)];
    const rows = Array.from({ length: 50 }, (_, at) => aRow(Uint8Array.of(at), at + 1));
    for (const row of rows) {
      one.bus.say([row]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await one.bus.stop();
    await two.until(rows.length);
    expect(two.heard.map(({ message }) => message)).toHaveLength(rows.length);
    for (const row of rows) expect(two.heard.map(({ message }) => message)).toContainEqual(row);
    await two.bus.stop();
  });

  test('a row of any size is told, if need be as a pointer; many at once are all told', async () => {
    await using buses = await make();
    const [one, two] = [await aNode(buses), await aNode(buses)];
    const big = aRow(new Uint8Array(1024 * 1024).fill(7));
    const many = Array.from({ length: 300 }, (_, at) => aRow(new Uint8Array(200), at + 1));
    one.bus.say([big, ...many]);
    await two.until(many.length + 1);
    const rows = two.heard.map(({ message }) => message).filter((message) => message.kind === 'row');
    expect(new Set(rows.map(({ documentId }) => documentId)).size).toBe(many.length + 1);
    const found = rows.find(({ documentId }) => documentId === (big as { documentId: string }).documentId)!;
    expect(found.updates === undefined || found.updates.length === 1024 * 1024).toBe(true);
    await Promise.all([one.bus.stop(), two.bus.stop()]);
  });
}
