import { LedgerLine, Problem, ProblemBody, UserId } from '@cowrite/contract';
import { freePort, readConfig } from '@cowrite/service-kit';
import { createHash, randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { AiConfig } from './config.ts';
import { aBrief, anItem, aScene } from './testing/briefs.ts';
import { aHouse, type House } from './testing/house.ts';
import { aWav } from './testing/recordings.ts';

const ON = { COWRITE_AI_SPEECH_PROVIDER: 'openai', COWRITE_AI_SPEECH_MODEL: 'gpt-4o-mini-tts' };
const scene = aScene('점순이가 감자를 내밀었다.\n“느 집엔 이거 없지?”');
const author = UserId.parse(randomUUID());
const LINE = '“느 집엔 이거 없지?”';
const wav = aWav(1);

/** A house that speaks, with the script of a scene that one author wrote. */
async function aSpeakingHouse(environment: Record<string, string> = {}): Promise<House & { script: string }> {
  const house = await aHouse({ ...ON, ...environment });
  house.core.tell = () => aBrief([anItem('text', scene, { id: 't', of: [author] })]);
  house.vendor.next({
    pieces: [
      { quote: '점순이가 감자를 내밀었다.', speaker: '해설' },
      { quote: '"느 집엔 이거 없지?"', speaker: '점순이' },
    ].map((row) => `${JSON.stringify({ emotion: '', pauseMs: 0, item: 1, ...row })}\n`),
  });
  const { id, state } = await house.over(await house.assist({ feature: 'script', span: scene.span() }));
  expect(state).toBe('done');
  return Object.assign(house, { script: id });
}
interface Told {
  status: number;
  type: string | null;
  sound: Buffer;
  code: string | undefined;
  left: unknown;
}
async function hear(house: House, id: string, row = 1, { of = house.owner, signal }: { of?: House['owner']; signal?: AbortSignal } = {}): Promise<Told> {
  const response = await fetch(`${house.url}/assists/${id}/speech`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await house.ticket(of)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ row }),
    ...(signal === undefined ? {} : { signal }),
  });
  const sound = Buffer.from(await response.arrayBuffer());
  const problem = response.ok ? undefined : ProblemBody.parse(JSON.parse(sound.toString('utf8')));
  return { status: response.status, type: response.headers.get('content-type'), sound, code: problem?.code, left: problem?.details?.['left'] };
}
/** The lines of what was spoken, once none is under way: the last byte of a sound is heard before its line is written. */
const ledgerOf = (house: House) =>
  vi.waitFor(async () => {
    const lines = LedgerLine.array()
      .parse(((await house.ask('GET', `/ledger?projectId=${house.projectId}`)).body as { items: unknown }).items)
      .filter(({ feature }) => feature === 'speak');
    if (lines.some(({ state }) => state === 'running')) throw new Error('a line is under way');
    return lines;
  }, 10_000);
const isFree = async (house: House) => (await house.database.pool.query<{ reserved: number }>('SELECT reserved FROM ai.usage')).rows.every(({ reserved }) => reserved === 0);

test('a line is spoken word for word as it stands in the script, and known by its sound', async () => {
  await using house = await aSpeakingHouse();
  expect(await hear(house, house.script)).toMatchObject({ status: 200, type: 'audio/wav', sound: aWav(1) });
  expect(house.vendor.spoken).toEqual([{ authorization: 'Bearer a key of this test', asked: { model: 'gpt-4o-mini-tts', voice: 'alloy', input: LINE, response_format: 'mp3' } }]);
  house.vendor.speaking = () => ({ pieces: [Buffer.from('ID3'), Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0])] });
  expect((await hear(house, house.script, 0)).type).toBe('audio/mpeg');
  expect((await house.ask('GET', `/providers?projectId=${house.projectId}`)).body).toMatchObject({ speech: { provider: 'openai', model: 'gpt-4o-mini-tts' } });
});

test('it is a line of the ledger with whose text it is, and counts by our own count; nobody reads it as an assist', async () => {
  await using house = await aSpeakingHouse({ COWRITE_AI_PRICES: 'gpt-4o-mini-tts=1/10' });
  await hear(house, house.script);
  const [line] = await ledgerOf(house);
  expect(line).toMatchObject({
    by: house.owner.userId,
    state: 'done',
    left: true,
    packetHash: createHash('sha256').update(LINE).digest('hex'),
    items: [{ id: 't', of: [author] }],
    usage: { tokensOut: [...LINE].length * 5, estimated: true },
  });
  expect(line!.usage.cost).toBe(line!.usage.tokensIn + line!.usage.tokensOut * 10);
  expect((await house.ask('GET', `/assists/${line!.assistId}`)).code).toBe('not-found');
  expect(await isFree(house)).toBe(true);
});

test('a server of one’s own may speak, with its own voice', async () => {
  await using other = await aHouse();
  await using house = await aSpeakingHouse({ COWRITE_AI_SPEECH_PROVIDER: 'endpoint', COWRITE_AI_SPEECH_MODEL: 'kokoro', COWRITE_AI_SPEECH_VOICE: 'sora', COWRITE_AI_ENDPOINT_URL: other.vendor.url, COWRITE_AI_ENDPOINT_MODEL: 'local' });
  expect((await hear(house, house.script)).status).toBe(200);
  expect([house.vendor.spoken, other.vendor.spoken]).toEqual([[], [{ authorization: undefined, asked: { model: 'kokoro', voice: 'sora', input: LINE, response_format: 'mp3' } }]]);
  expect(house.core.asked.at(-1)).toMatchObject({ providers: [{ provider: 'endpoint' }], people: [author] });
});

test('whose text a line is must have agreed to the provider that speaks', async () => {
  await using house = await aSpeakingHouse();
  house.core.tell = ({ people }) => aBrief([], { unwilling: people });
  expect((await hear(house, house.script)).code).toBe('consent-needed');
  for (const code of ['ai-off', 'ai-never', 'forbidden'] as const) {
    house.core.tell = () => {
      throw new Problem(code);
    };
    expect((await hear(house, house.script)).code).toBe(code);
  }
  expect([house.vendor.spoken, await ledgerOf(house)]).toEqual([[], []]);
});

test('only a line of one’s own script that is over and not decided is spoken', async () => {
  await using house = await aSpeakingHouse();
  const code = async (...asked: [string, number?, { of: House['owner'] }?]) => (await hear(house, ...asked)).code;
  expect(await code(house.script, 2)).toBe('not-found');
  expect(await code(house.script, -1)).toBe('invalid-input');
  expect(await code(randomUUID())).toBe('not-found');
  expect(await code(house.script, 1, { of: await house.someone('writer') })).toBe('not-found');
  expect(await code(house.script, 1, { of: await house.someone('owner of another work') })).toBe('not-found');
  house.vendor.next({ pieces: ['“느 집엔 이거 없지?”'] });
  expect(await code((await house.over(await house.assist({ feature: 'rewrite', span: scene.span() }))).id, 0)).toBe('not-found');
  await house.ask('POST', `/assists/${house.script}/decision`, { body: { decision: 'dismissed' } });
  expect(await code(house.script)).toBe('not-found');
  expect(house.vendor.spoken).toEqual([]);
});

/** The answer, from its beginning on. */
const begin = async (house: House & { script: string }): Promise<Response> =>
  fetch(`${house.url}/assists/${house.script}/speech`, { method: 'POST', headers: { authorization: `Bearer ${await house.ticket(house.owner)}`, 'content-type': 'application/json' }, body: '{"row":1}' });

test('the sound is heard while it is made', async () => {
  await using house = await aSpeakingHouse();
  house.vendor.speaking = () => ({ pieces: [wav.subarray(0, 1_000), { gate: 'rest' }, wav.subarray(1_000)] });
  const response = await begin(house);
  const pieces: Buffer[] = [];
  for await (const piece of response.body!) {
    pieces.push(Buffer.from(piece));
    house.vendor.open('rest');
  }
  expect([pieces[0]!.length, Buffer.concat(pieces)]).toEqual([1_000, wav]);
});

test.each([
  [401, 'model-key'],
  [429, 'model-busy'],
  [500, 'model-failed'],
])('a provider that answers %i: the failure says that the line was sent', async (status, code) => {
  await using house = await aSpeakingHouse();
  house.vendor.speaking = () => ({ status });
  expect(await hear(house, house.script)).toMatchObject({ code, left: true });
  expect([await ledgerOf(house), await isFree(house)]).toMatchObject([[{ state: 'failed', left: true }], true]);
});

test.each([
  ['nothing', []],
  ['a page', [Buffer.from('<!doctype html><p>busy</p>')]],
])('what is no sound is not handed on as one: %s', async (_, pieces) => {
  await using house = await aSpeakingHouse();
  house.vendor.speaking = () => ({ pieces });
  expect(await hear(house, house.script)).toMatchObject({ code: 'model-failed', left: true });
});

test('one that cannot be reached got nothing; what has no room in the limits is not sent', async () => {
  await using away = await aSpeakingHouse({ COWRITE_AI_SPEECH_PROVIDER: 'endpoint', COWRITE_AI_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}/v1`, COWRITE_AI_ENDPOINT_MODEL: 'local' });
  expect(await hear(away, away.script)).toMatchObject({ code: 'model-failed', left: false });
  await using house = await aSpeakingHouse();
  await house.database.pool.query("UPDATE ai.usage SET used = 999990 WHERE kind = 'person-day'");
  expect((await hear(house, house.script)).code).toBe('allowance-used');
  expect([house.vendor.spoken, await ledgerOf(house)]).toEqual([[], []]);
});

test('a sound that breaks off breaks off for whoever hears it, and the ledger says so', async () => {
  await using house = await aSpeakingHouse();
  house.vendor.speaking = () => ({ pieces: [wav.subarray(0, 1_000), { gate: 'cut' }], cut: true });
  const response = await begin(house);
  house.vendor.open('cut');
  await expect(response.arrayBuffer()).rejects.toThrow();
  await expect.poll(() => ledgerOf(house)).toMatchObject([{ state: 'failed', left: true }]);
  expect(await isFree(house)).toBe(true);
});

test('who stops listening cancels: the provider’s connection is closed, and what was held is free', async () => {
  await using house = await aSpeakingHouse();
  house.vendor.speaking = () => ({ pieces: [wav.subarray(0, 1_000), { gate: 'never' }] });
  const leaving = new AbortController();
  const heard = hear(house, house.script, 1, { signal: leaving.signal }).catch((failure: Error) => failure.name);
  await house.vendor.untilStreams(1);
  leaving.abort();
  await house.vendor.untilStreams(0);
  expect(await heard).toBe('AbortError');
  await expect.poll(() => ledgerOf(house)).toMatchObject([{ state: 'cancelled', left: true }]);
  expect(await isFree(house)).toBe(true);
});

test('a service that ends while a line is spoken breaks it off and writes that down', async () => {
  await using house = await aSpeakingHouse();
  await using another = await house.another();
  house.vendor.speaking = () => ({ pieces: [wav.subarray(0, 1_000), { gate: 'never' }] });
  const own = house.url;
  house.moveTo(another.url);
  const heard = hear(house, house.script).catch(() => 'broken off');
  await house.vendor.untilStreams(1);
  await another.ai.close();
  house.moveTo(own);
  // Before the first of it, it is told; after it, the sound breaks off.
  expect(['broken off', 'cut-short']).toContain(await heard.then((told) => (typeof told === 'string' ? told : told.code)));
  expect([await ledgerOf(house), await isFree(house)]).toMatchObject([[{ state: 'failed', left: true }], true]);
});

test('a house that speaks nothing says so; a model that speaks wants its name, a provider and, with a limit of money, a price', async () => {
  await using house = await aSpeakingHouse({ COWRITE_AI_SPEECH_PROVIDER: '', COWRITE_AI_SPEECH_MODEL: '' });
  expect((await hear(house, house.script)).code).toBe('ai-unconfigured');
  expect((await house.ask('GET', `/providers?projectId=${house.projectId}`)).body).toMatchObject({ speech: null });
  const base = { NODE_ENV: 'test', DATABASE_URL: 'x', OPENAI_API_KEY: 'k' };
  expect(() => readConfig(AiConfig, { ...base, COWRITE_AI_SPEECH_PROVIDER: 'openai' })).toThrow('COWRITE_AI_SPEECH_MODEL');
  expect(() => readConfig(AiConfig, { ...base, ...ON, COWRITE_AI_SPEECH_PROVIDER: 'endpoint' })).toThrow('COWRITE_AI_ENDPOINT_URL');
  expect(() => readConfig(AiConfig, { ...base, ...ON, COWRITE_AI_PROJECT_COST_MONTH: '5', COWRITE_AI_PRICES: 'gpt-5.6=1/1' })).toThrow('gpt-4o-mini-tts');
});
