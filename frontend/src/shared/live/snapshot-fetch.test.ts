import { expect, test } from 'vitest';
import { SnapshotFetch } from './snapshot-fetch.ts';

/** A channel whose fetches are answered by the test. */
function aChannel() {
  const heard: string[] = [];
  const asked: { resolve: (bytes: Uint8Array) => void; reject: () => void; signal: AbortSignal }[] = [];
  const fetched = new SnapshotFetch<{ type: string }>({
    get: (_path, signal) => new Promise((resolve, reject) => asked.push({ resolve, reject: () => reject(new Error('status 502')), signal })),
    arrived: ([byte]) => void heard.push(`snapshot ${byte}`),
    hear: ({ type }) => void heard.push(type),
    failed: () => void heard.push('failed'),
  });
  const say = (type: string) => {
    if (!fetched.holds({ type })) heard.push(type);
  };
  const settled = () => new Promise((done) => setImmediate(done));
  return { heard, asked, fetched, say, settled };
}

test('what rests on the snapshot waits for it, and comes after it in its order', async () => {
  const { heard, asked, fetched, say, settled } = aChannel();
  say('opened');
  fetched.begin('/v1/snapshots/…');
  for (const type of ['content', 'ready', 'updates']) say(type);
  expect(heard).toEqual(['opened']);
  asked[0]!.resolve(Uint8Array.of(7));
  await settled();
  say('ack');
  expect(heard).toEqual(['opened', 'snapshot 7', 'content', 'ready', 'updates', 'ack']);
});

test('a fetch that fails is tried once more; after that the channel is opened anew, and what is left of the first join is dropped', async () => {
  const { heard, asked, fetched, say, settled } = aChannel();
  fetched.begin('/v1/snapshots/…');
  say('ready');
  asked[0]!.reject();
  await settled();
  expect(heard).toEqual([]);
  asked[1]!.reject();
  await settled();
  for (const type of ['updates', 'people', 'opened', 'content', 'ready']) say(type);
  expect(heard).toEqual(['failed', 'opened', 'content', 'ready']);
});

test('a connection that is lost ends the fetch, and nothing of it is heard later', async () => {
  const { heard, asked, fetched, say, settled } = aChannel();
  fetched.begin('/v1/snapshots/…');
  say('ready');
  fetched.end();
  expect(asked[0]!.signal.aborted).toBe(true);
  asked[0]!.resolve(Uint8Array.of(7));
  await settled();
  say('opened');
  expect(heard).toEqual(['opened']);
});
