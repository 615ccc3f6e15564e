import { LedgerLine, Problem, ProblemBody, RECORDING_BYTES_MAX, sentenceOf } from '@cowrite/contract';
import { freePort, readConfig } from '@cowrite/service-kit';
import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { AiConfig } from './config.ts';
import { aBrief } from './testing/briefs.ts';
import { aHouse, type House } from './testing/house.ts';
import { aProcess } from './testing/process.ts';
import { aWav } from './testing/recordings.ts';

const ON = { COWRITE_AI_TRANSCRIPTION_PROVIDER: 'openai', COWRITE_AI_TRANSCRIPTION_MODEL: 'gpt-4o-mini-transcribe' };
const SAID = '동백꽃은 노란 꽃이다.';
/** Three seconds and a head: 40 tokens either way, by our own count. */
const wav = aWav(3);

/** A house that writes recordings down, in a work whose people agreed. */
async function aHearingHouse(environment: Record<string, string> = {}): Promise<House> {
  const house = await aHouse({ ...ON, ...environment });
  house.core.tell = () => aBrief([]);
  house.vendor.hearing = () => ({ text: SAID, usage: { type: 'tokens', input_tokens: 30, output_tokens: 9, total_tokens: 39 } });
  return house;
}
interface Told {
  status: number;
  code: string | undefined;
  left: unknown;
  body: Record<string, unknown>;
}
async function send(
  house: House,
  bytes: Uint8Array<ArrayBuffer>,
  { signal, type = 'application/octet-stream', projectId = house.projectId, bearer }: { signal?: AbortSignal; type?: string; projectId?: string; bearer?: string } = {},
): Promise<Told> {
  const response = await fetch(`${house.url}/transcriptions?projectId=${projectId}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer ?? (await house.ticket(house.owner))}`, 'content-type': type },
    body: bytes,
    ...(signal === undefined ? {} : { signal }),
  });
  const body = (await response.json()) as Record<string, unknown>;
  const problem = response.ok ? undefined : ProblemBody.parse(body);
  return { status: response.status, code: problem?.code, left: problem?.details?.['left'], body };
}
const ledgerOf = async (house: House) => LedgerLine.array().parse(((await house.ask('GET', `/ledger?projectId=${house.projectId}`)).body as { items: unknown }).items);
const usageOf = async (house: House) => (await house.database.pool.query<{ kind: string; used: number; reserved: number }>('SELECT kind, used, reserved FROM ai.usage ORDER BY kind')).rows;
const isFree = async (house: House) => (await usageOf(house)).every(({ reserved }) => reserved === 0);

test('a recording goes to the provider as it came, and what was said comes back', async () => {
  await using house = await aHearingHouse();
  const { status, body } = await send(house, wav);
  expect([status, body]).toMatchObject([200, { text: SAID, provider: 'openai', model: 'gpt-4o-mini-transcribe', usage: { tokensIn: 30, tokensOut: 9, estimated: false } }]);
  expect(house.vendor.heard).toEqual([{ authorization: 'Bearer a key of this test', model: 'gpt-4o-mini-transcribe', format: 'json', name: 'recording.wav', type: 'audio/wav', bytes: wav }]);
  expect((await house.ask('GET', `/providers?projectId=${house.projectId}`)).body).toMatchObject({ transcription: { provider: 'openai', model: 'gpt-4o-mini-transcribe' } });
});

test('it is a line of the ledger with whose voice it is, and counts; nobody reads it as an assist', async () => {
  await using house = await aHearingHouse({ COWRITE_AI_PRICES: 'gpt-4o-mini-transcribe=2/10' });
  const { body } = await send(house, wav);
  const [line] = await ledgerOf(house);
  expect(line).toMatchObject({
    assistId: body['assistId'],
    by: house.owner.userId,
    feature: 'transcribe',
    state: 'done',
    left: true,
    packetHash: createHash('sha256').update(wav).digest('hex'),
    items: [{ id: 'recording', of: [house.owner.userId] }],
    usage: { tokensIn: 30, tokensOut: 9, estimated: false, cost: 150 },
  });
  expect((await house.ask('GET', `/assists/${String(body['assistId'])}`)).code).toBe('not-found');
  expect(await usageOf(house)).toEqual([
    { kind: 'person-day', used: 39, reserved: 0 },
    { kind: 'project-day', used: 39, reserved: 0 },
    { kind: 'project-month', used: 150, reserved: 0 },
  ]);
});

test.each([
  ['counts seconds', { type: 'duration', seconds: 3 }, 30],
  ['counts nothing', undefined, 40],
  ['counts what cannot be', { type: 'tokens', input_tokens: -5, output_tokens: 1e12 }, 40],
])('a provider that %s is counted here', async (_, usage, tokensIn) => {
  await using house = await aHearingHouse();
  house.vendor.hearing = () => ({ text: SAID, ...(usage === undefined ? {} : { usage }) });
  expect((await send(house, wav)).body).toMatchObject({ text: SAID, usage: { tokensIn, estimated: true } });
  expect(await isFree(house)).toBe(true);
});

test('a server of one’s own may write it down, without a key', async () => {
  await using other = await aHouse();
  await using house = await aHearingHouse({ COWRITE_AI_TRANSCRIPTION_PROVIDER: 'endpoint', COWRITE_AI_TRANSCRIPTION_MODEL: 'whisper-large-v3', COWRITE_AI_ENDPOINT_URL: other.vendor.url, COWRITE_AI_ENDPOINT_MODEL: 'local' });
  house.core.tell = ({ providers }) => aBrief([], { provider: providers[0]!.provider });
  // As macOS writes Hangul: letters apart.
  other.vendor.hearing = () => ({ text: ` ${SAID.normalize('NFD')}\n` });
  expect((await send(house, wav)).body).toMatchObject({ text: SAID, provider: 'endpoint', model: 'whisper-large-v3' });
  expect([house.vendor.heard, other.vendor.heard.map(({ model, authorization }) => [model, authorization])]).toEqual([[], [['whisper-large-v3', undefined]]]);
  expect(house.core.asked.every(({ providers }) => providers.length === 1 && providers[0]!.provider === 'endpoint')).toBe(true);
});

test.each(['ai-off', 'ai-never', 'consent-needed', 'forbidden'] as const)('nothing is sent and nothing held where core says: %s', async (code) => {
  await using house = await aHearingHouse();
  house.core.tell = () => {
    throw new Problem(code);
  };
  expect((await send(house, wav)).code).toBe(code);
  expect([house.vendor.heard, await ledgerOf(house), await usageOf(house)]).toEqual([[], [], []]);
});

test('whose voice it is must have agreed to that provider, also at the moment when it is sent', async () => {
  await using house = await aHearingHouse();
  house.core.tell = ({ people }) => aBrief([], { unwilling: people });
  const refused = await send(house, wav);
  expect([refused.code, refused.body['title']]).toEqual(['consent-needed', sentenceOf('consent-needed', 'ko', { people: '김유정', where: '동백꽃' })]);
  expect(house.core.asked.map(({ task, people }) => [task.feature, people])).toEqual([['research', [house.owner.userId]]]);
  // They withdraw it while the recording is on its way.
  let asked = 0;
  house.core.tell = ({ people }) => aBrief([], { unwilling: ++asked > 1 ? people : [] });
  expect((await send(house, wav)).code).toBe('consent-needed');
  expect([asked, house.vendor.heard, await ledgerOf(house)]).toEqual([2, [], []]);
});

test('what is no recording is refused whatever it is called, and what is too large before it is read', async () => {
  await using house = await aHearingHouse();
  expect((await send(house, Buffer.from('<!doctype html>'))).code).toBe('unreadable-audio');
  expect((await send(house, Buffer.alloc(0))).code).toBe('unreadable-audio');
  expect((await send(house, wav, { type: 'audio/wav' })).code).toBe('unsupported-type');
  expect((await house.ask('POST', `/transcriptions?projectId=${house.projectId}`, { body: {} })).code).toBe('unsupported-type');
  const large = Buffer.alloc(RECORDING_BYTES_MAX + 1);
  wav.copy(large);
  const refused = await send(house, large);
  expect([refused.status, refused.body['title']]).toEqual([413, sentenceOf('too-large', 'ko', { limit: '24 MiB' })]);
  expect([house.vendor.heard, await ledgerOf(house)]).toEqual([[], []]);
  // The largest is taken.
  expect((await send(house, large.subarray(0, RECORDING_BYTES_MAX))).body).toMatchObject({ text: SAID });
  expect(house.vendor.heard[0]!.bytes.length).toBe(RECORDING_BYTES_MAX);
});

test('what says nothing of its size is read to the limit and no further', async () => {
  await using house = await aHearingHouse();
  const headers = { authorization: `Bearer ${await house.ticket(house.owner)}`, 'content-type': 'application/octet-stream' };
  const status = await new Promise<number>((answered, failed) => {
    const sending = request(`${house.url}/transcriptions?projectId=${house.projectId}`, { method: 'POST', headers }, (response) => {
      response.resume();
      answered(response.statusCode!);
    });
    sending.once('error', failed);
    for (let sent = 0; sent <= RECORDING_BYTES_MAX; sent += 1_048_576) sending.write(Buffer.alloc(1_048_576));
    sending.end();
  });
  expect([status, house.vendor.heard]).toEqual([413, []]);
});

test('bytes are for recordings alone', async () => {
  await using house = await aHearingHouse();
  const response = await fetch(`${house.url}/packets`, { method: 'POST', headers: { authorization: `Bearer ${await house.ticket(house.owner)}`, 'content-type': 'application/octet-stream' }, body: wav });
  expect([response.status, ProblemBody.parse(await response.json()).code]).toEqual([415, 'unsupported-type']);
});

test('a ticket is good once, and for its own work', async () => {
  await using house = await aHearingHouse();
  const bearer = await house.ticket(house.owner);
  expect((await send(house, wav, { bearer, projectId: randomUUID() })).code).toBe('not-found');
  expect((await send(house, wav, { bearer })).code).toBe('ticket-refused');
  expect(house.vendor.heard).toEqual([]);
});

test('what has no room in the limits is not sent; as many at once as anything else of a person', async () => {
  await using house = await aHearingHouse({ COWRITE_AI_PERSON_TOKENS_DAY: '79' });
  expect((await send(house, wav)).code).toBe('allowance-used');
  await using crowded = await aHearingHouse({ COWRITE_AI_RUNNING_PER_PERSON: '1' });
  const { promise: heard, resolve: answer } = Promise.withResolvers<{ text: string }>();
  crowded.vendor.hearing = () => heard;
  const first = send(crowded, wav);
  await crowded.vendor.untilStreams(1);
  expect((await send(crowded, wav)).code).toBe('too-many-requests');
  answer({ text: SAID });
  expect((await first).body).toMatchObject({ text: SAID });
  expect([house.vendor.heard.length, crowded.vendor.heard.length, await isFree(house), await isFree(crowded)]).toEqual([0, 1, true, true]);
});

test.each([
  [401, 'model-key'],
  [429, 'model-busy'],
  [400, 'model-failed'],
  [500, 'model-failed'],
])('a provider that answers %i: the failure says that the recording was sent', async (status, code) => {
  await using house = await aHearingHouse();
  house.vendor.hearing = () => ({ status });
  expect(await send(house, wav)).toMatchObject({ code, left: true });
  // Once: it is long, and whoever asked may ask again.
  expect([house.vendor.heard.length, await isFree(house)]).toEqual([1, true]);
  expect(await ledgerOf(house)).toMatchObject([{ state: 'failed', left: true, usage: { tokensIn: 40, tokensOut: 0, estimated: true } }]);
});

test('one that cannot be reached got nothing, and it costs nothing', async () => {
  await using house = await aHearingHouse({ OPENAI_BASE_URL: `http://127.0.0.1:${await freePort()}/v1` });
  expect(await send(house, wav)).toMatchObject({ code: 'model-failed', left: false });
  expect(await ledgerOf(house)).toMatchObject([{ state: 'failed', left: false, usage: { tokensIn: 0 } }]);
  expect(await isFree(house)).toBe(true);
});

test.each([
  ['says something else than it should', { text: 7 as never }],
  ['has another form', {} as never],
])('an answer that %s is none', async (_, hearing) => {
  await using house = await aHearingHouse();
  house.vendor.hearing = () => hearing;
  expect(await send(house, wav)).toMatchObject({ code: 'model-failed', left: true });
});

test('one that is silent for too long is given up', async () => {
  await using house = await aHearingHouse({ COWRITE_AI_ASSIST_MS: '1000' });
  house.vendor.hearing = () => new Promise(() => undefined);
  expect(await send(house, wav)).toMatchObject({ code: 'model-late', left: true });
  await house.vendor.untilStreams(0);
});

test('who closes the connection cancels: the provider’s is closed, the ledger says so, and what was held is free', async () => {
  await using house = await aHearingHouse();
  house.vendor.hearing = () => new Promise(() => undefined);
  const leaving = new AbortController();
  const asked = send(house, wav, { signal: leaving.signal }).catch((failure: Error) => failure.name);
  await house.vendor.untilStreams(1);
  leaving.abort();
  await house.vendor.untilStreams(0);
  expect(await asked).toBe('AbortError');
  await expect.poll(() => ledgerOf(house)).toMatchObject([{ state: 'cancelled', left: true, usage: { tokensIn: 40, tokensOut: 0, estimated: true } }]);
  expect(await isFree(house)).toBe(true);
});

test('a process that ends says that it was cut short; one that is killed is found by the next', async () => {
  await using house = await aHearingHouse();
  house.vendor.hearing = () => new Promise(() => undefined);
  const own = house.url;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await using process_ = await aProcess(house, {});
    house.moveTo(process_.url);
    const asked = send(house, wav).catch((failure: Error) => failure.name);
    await house.vendor.untilStreams(1);
    await process_.kill(signal);
    expect(await asked).toEqual(signal === 'SIGTERM' ? expect.objectContaining({ code: 'cut-short', left: true }) : 'TypeError');
    house.moveTo(own);
    const swept = async () => {
      await house.ai.sweep();
      return (await ledgerOf(house))[0]!.state;
    };
    await expect.poll(swept).toBe('failed');
  }
  expect((await ledgerOf(house)).map(({ state, left }) => [state, left])).toEqual([
    ['failed', true],
    ['failed', true],
  ]);
  expect(await isFree(house)).toBe(true);
});

test('no second of it and no word of what was said is in the database or the log', async () => {
  await using house = await aHearingHouse();
  await using process_ = await aProcess(house, { LOG_LEVEL: 'trace' });
  house.moveTo(process_.url);
  const marked = Buffer.concat([wav, Buffer.from('동백꽃밭의암호')]);
  house.vendor.hearing = () => ({ text: '메밀꽃밭의암호' });
  expect((await send(house, marked)).body).toMatchObject({ text: '메밀꽃밭의암호' });
  for (const status of [400, 401, 500]) {
    house.vendor.hearing = () => ({ status });
    await send(house, marked);
  }
  const { pool } = house.database;
  const { rows: tables } = await pool.query<{ name: string }>("SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('ai', 'core')");
  const kept: string[] = [];
  for (const { name } of tables) kept.push(...(await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)).rows.map(({ row }) => row));
  await process_.kill('SIGTERM');
  const everything = `${kept.join('\n')}\n${process_.log()}`;
  expect(everything).toContain('a provider did not answer');
  expect(everything).toContain(createHash('sha256').update(marked).digest('hex'));
  const hex = (word: string) => Buffer.from(word).toString('hex');
  for (const word of ['동백꽃밭의암호', '메밀꽃밭의암호', 'a key of this test']) expect([everything.includes(word), everything.includes(hex(word))]).toEqual([false, false]);
});

test('a house that writes nothing down says so', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([]);
  expect((await send(house, wav)).code).toBe('ai-unconfigured');
  expect((await house.ask('GET', `/providers?projectId=${house.projectId}`)).body).toMatchObject({ transcription: null });
});

test('a model for recordings wants its name, a provider that is set up and, with a limit of money, a price', () => {
  const base = { NODE_ENV: 'test', DATABASE_URL: 'x', OPENAI_API_KEY: 'k' };
  expect(() => readConfig(AiConfig, { ...base, COWRITE_AI_TRANSCRIPTION_PROVIDER: 'openai' })).toThrow('COWRITE_AI_TRANSCRIPTION_MODEL');
  expect(() => readConfig(AiConfig, { ...base, ...ON, COWRITE_AI_TRANSCRIPTION_PROVIDER: 'endpoint' })).toThrow('COWRITE_AI_ENDPOINT_URL');
  expect(() => readConfig(AiConfig, { ...base, ...ON, COWRITE_AI_PROJECT_COST_MONTH: '5', COWRITE_AI_PRICES: 'gpt-5.6=1/1' })).toThrow('gpt-4o-mini-transcribe');
});
