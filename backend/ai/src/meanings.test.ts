import { type AssistTask, DocumentId, LedgerLine, Problem, UserId } from '@cowrite/contract';
import { readConfig } from '@cowrite/service-kit';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { AiConfig } from './config.ts';
import { aBrief, anItem, aScene } from './testing/briefs.ts';
import { aHouse, type House } from './testing/house.ts';

const ON = { COWRITE_AI_EMBEDDING_PROVIDER: 'openai', COWRITE_AI_EMBEDDING_MODEL: 'text-embedding-3-small' };
const ASK = { feature: 'ask', question: '고향이 어디지?' } as const satisfies AssistTask;
const scene = aScene('솔무재에서 첫울음을 터뜨렸다.');
const author = UserId.parse(randomUUID());
const passages = ['솔무재에서 첫울음을 터뜨렸다.', '아무 일도 없는 날이었다.'].map((text, at) => ({ documentId: scene.documentId, hash: `h${at}`, text, of: [author] }));

/** A house whose core has these passages without numbers until they are given back, and finds nothing itself. */
async function aFindingHouse(environment: Record<string, string> = {}): Promise<House> {
  const house = await aHouse({ ...ON, ...environment });
  house.core.tell = () => aBrief([anItem('passages', scene, { id: 'p', of: [author] })]);
  house.core.unread = () => ({ on: true, passages: house.core.kept.length > 0 ? [] : passages, more: false });
  house.vendor.always(() => ({ pieces: ['{"found":false}'] }));
  return house;
}
const numbersOf = (vector: string): number[] => {
  const bytes = Buffer.from(vector, 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
};
const ledgerOf = async (house: House) => LedgerLine.array().parse(((await house.ask('GET', `/ledger?projectId=${house.projectId}`)).body as { items: unknown }).items);

test('what has no numbers is sent once, given back to core, and a question’s own go with it', async () => {
  await using house = await aFindingHouse();
  house.vendor.meaning = (text) => (/고향|첫울음/.test(text) ? [3, 4] : [0, 2]);
  await house.over(await house.assist(ASK));
  await house.over(await house.assist(ASK));
  expect(house.vendor.embedded).toEqual([
    { model: 'text-embedding-3-small', input: ['고향이 어디지?'], dimensions: undefined },
    { model: 'text-embedding-3-small', input: passages.map(({ text }) => text), dimensions: undefined },
    { model: 'text-embedding-3-small', input: ['고향이 어디지?'], dimensions: undefined },
  ]);
  expect(house.core.kept).toMatchObject([{ provider: 'openai', model: 'text-embedding-3-small', passages: [{ documentId: scene.documentId, hash: 'h0' }, { hash: 'h1' }] }]);
  // Of length one, so that only where they point counts.
  const [first, second] = house.core.kept[0]!.passages.map(({ vector }) => numbersOf(vector));
  expect([first![0], first![1], second]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8), [0, 1]]);
  const asked = house.core.asked.filter(({ meaning }) => meaning !== undefined);
  expect(asked.map(({ meaning }) => numbersOf(meaning!.vector))).toEqual([first, first]);
});

test('each sending is a line of the ledger and counts; nobody reads it as an assist', async () => {
  await using house = await aFindingHouse({ COWRITE_AI_PRICES: 'text-embedding-3-small=0.5/0,gpt-5.6=0/0' });
  await house.over(await house.assist(ASK));
  const lines = (await ledgerOf(house)).filter(({ feature }) => feature === 'meaning');
  expect(lines).toMatchObject([
    { state: 'done', left: true, provider: 'openai', model: 'text-embedding-3-small', items: [{ id: scene.documentId, of: [author] }], usage: { tokensIn: 20, estimated: false, cost: 10 } },
    { state: 'done', items: [], usage: { tokensIn: 10 } },
  ]);
  expect((await house.ask('GET', `/assists/${lines[0]!.assistId}`)).code).toBe('not-found');
  const { rows } = await house.database.pool.query<{ used: number; reserved: number }>("SELECT used, reserved FROM ai.usage WHERE kind = 'person-day'");
  expect(rows[0]).toMatchObject({ reserved: 0, used: expect.any(Number) });
  expect(rows[0]!.used).toBeGreaterThanOrEqual(30);
});

test.each([
  ['the provider fails', {}, (house: House) => void (house.vendor.meaning = () => ({ status: 500 }))],
  ['its numbers point nowhere', {}, (house: House) => void (house.vendor.meaning = () => [0, 0])],
  ['there is no room in the limits', { COWRITE_AI_PERSON_TOKENS_DAY: '10' }, () => undefined],
  [
    'core does not say',
    {},
    (house: House) =>
      void (house.core.unread = () => {
        throw new Problem('unavailable');
      }),
  ],
])('words alone decide when %s', async (_, environment, spoil) => {
  await using house = await aFindingHouse(environment);
  spoil(house);
  const packet = await house.ask('POST', '/packets', { body: { projectId: house.projectId, task: ASK } });
  expect([packet.status, house.core.asked.map(({ meaning }) => meaning), house.core.kept]).toEqual([201, [undefined], []]);
  expect((await ledgerOf(house)).every(({ state }) => state === 'failed')).toBe(true);
  const { rows } = await house.database.pool.query<{ reserved: number }>('SELECT reserved FROM ai.usage');
  expect(rows.every(({ reserved }) => reserved === 0)).toBe(true);
});

test('a passage that nobody takes does not stand in the way of the question; of a very long one the beginning is sent', async () => {
  await using house = await aFindingHouse();
  const long = { ...passages[0]!, text: '긴 줄'.repeat(30_000) };
  house.core.unread = () => ({ on: true, passages: [long], more: false });
  house.vendor.meaning = (text) => (text.startsWith('긴 줄') ? { status: 400 } : [1, 0]);
  await house.over(await house.assist(ASK));
  expect([house.vendor.embedded.map(({ input }) => input[0]!.length), house.core.kept]).toEqual([[ASK.question.length, 4_000], []]);
  expect(house.core.asked.find(({ meaning }) => meaning !== undefined)).toBeDefined();
  expect((await ledgerOf(house)).filter(({ feature }) => feature === 'meaning').map(({ state }) => state)).toEqual(['failed', 'done']);
});

test('nothing is sent for works that do not find by meaning, for tasks that look nothing up, and in houses without such a model', async () => {
  await using house = await aFindingHouse();
  await house.over(await house.assist({ feature: 'rewrite', span: scene.span() }));
  house.core.unread = () => ({ on: false, passages: [], more: false });
  await house.over(await house.assist(ASK));
  expect([house.vendor.embedded, ((await house.ask('GET', `/providers?projectId=${house.projectId}`)).body as { meaning: unknown }).meaning]).toEqual([[], { provider: 'openai', model: 'text-embedding-3-small' }]);
  await using without = await aHouse();
  without.core.tell = () => aBrief([]);
  without.core.unread = () => {
    throw new Error('asked');
  };
  without.vendor.always(() => ({ pieces: ['{"found":false}'] }));
  await without.over(await without.assist(ASK));
  expect([without.vendor.embedded, ((await without.ask('GET', `/providers?projectId=${without.projectId}`)).body as { meaning: unknown }).meaning]).toEqual([[], null]);
});

test('a server of one’s own may make the numbers, as many as it is asked for', async () => {
  await using other = await aHouse();
  await using house = await aFindingHouse({
    COWRITE_AI_EMBEDDING_PROVIDER: 'endpoint',
    COWRITE_AI_EMBEDDING_MODEL: 'bge-m3',
    COWRITE_AI_EMBEDDING_DIMENSIONS: '2',
    COWRITE_AI_ENDPOINT_URL: other.vendor.url,
    COWRITE_AI_ENDPOINT_MODEL: 'local',
  });
  await house.over(await house.assist({ feature: 'simulate', character: '설화', message: '고향이 어디야?', said: [] }));
  expect([house.vendor.embedded.length, other.vendor.embedded]).toEqual([
    0,
    [
      { model: 'bge-m3', input: ['설화\n고향이 어디야?'], dimensions: 2 },
      { model: 'bge-m3', input: passages.map(({ text }) => text), dimensions: 2 },
    ],
  ]);
  expect(house.core.kept[0]).toMatchObject({ provider: 'endpoint', model: 'bge-m3/2' });
});

test('a long work is sent part by part, and what is not wanted any more ends it', async () => {
  await using house = await aFindingHouse();
  let left = 3;
  house.core.unread = () => ({ on: true, passages: [passages[0]!, { ...passages[1]!, documentId: DocumentId.parse(randomUUID()) }], more: --left > 0 });
  await house.over(await house.assist(ASK));
  expect([house.core.kept.length, house.vendor.embedded.map(({ input }) => input.length)]).toEqual([3, [1, 2, 2, 2]]);
});

test('what was shown is sent only while everybody whose text it holds agrees, however it was found', async () => {
  await using house = await aFindingHouse();
  const packet = (await house.ask('POST', '/packets', { body: { projectId: house.projectId, task: ASK } })).body as { id: string };
  // Their numbers are gone, and the passage is not found any more: it is not among what is withheld.
  house.core.tell = ({ people }) => aBrief([], { unwilling: people });
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, packetId: packet.id } })).code).toBe('packet-gone');
  expect(house.core.asked.at(-1)!.people).toEqual([author]);
});

test('so it is when the place itself has changed meanwhile', async () => {
  await using house = await aFindingHouse();
  house.core.tell = () => aBrief([anItem('text', scene, { of: [author] })]);
  const task: AssistTask = { feature: 'rewrite', span: scene.span() };
  const shown = async () => ((await house.ask('POST', '/packets', { body: { projectId: house.projectId, task } })).body as { id: string }).id;
  const [one, other] = [await shown(), await shown()];
  const send = async (packetId: string) => (await house.ask('POST', '/assists', { body: { projectId: house.projectId, packetId } })).code;
  let unwilling: UserId[] = [author];
  house.core.tell = ({ task: asked }) => {
    if (asked.feature === 'rewrite') throw new Problem('text-changed');
    return aBrief([], { unwilling });
  };
  expect(await send(one)).toBe('packet-gone');
  unwilling = [];
  expect(await send(other)).toBeUndefined();
});

test('a sending whose process died is ended, and what it held is free again', async () => {
  await using house = await aFindingHouse();
  await house.over(await house.assist(ASK));
  const { pool } = house.database;
  // As a process leaves it that dies in the middle: nobody holds its number.
  await pool.query("UPDATE ai.assist SET state = 'running', ended_at = NULL, node = 1, tokens_reserved = 50 WHERE feature = 'meaning' AND items <> '[]'");
  await pool.query("UPDATE ai.usage SET reserved = reserved + 50 WHERE kind <> 'project-month'");
  await house.ai.sweep();
  expect((await ledgerOf(house)).find(({ feature, items }) => feature === 'meaning' && items.length > 0)).toMatchObject({ state: 'failed', left: true });
  const { rows } = await pool.query<{ reserved: number }>('SELECT reserved FROM ai.usage');
  expect(rows.every(({ reserved }) => reserved === 0)).toBe(true);
});

test('numbers of one work go with its mandate alone', async () => {
  await using house = await aFindingHouse();
  const stranger = await house.someone('owner of another work');
  const seen: string[] = [];
  house.core.unread = ({ projectId }) => {
    seen.push(projectId);
    return { on: true, passages: projectId === house.projectId ? passages : [], more: false };
  };
  await house.over(await house.assist(ASK));
  await house.over(await house.assist(ASK, { of: stranger }), { of: stranger });
  expect([seen, house.core.kept.map(({ projectId }) => projectId)]).toEqual([[house.projectId, stranger.projectId], [house.projectId]]);
  expect(house.vendor.embedded.at(-1)!.input).toEqual(['고향이 어디지?']);
});

test('a model for meaning wants its name, and a provider that is set up', () => {
  const base = { NODE_ENV: 'test', DATABASE_URL: 'x', OPENAI_API_KEY: 'k' };
  expect(() => readConfig(AiConfig, { ...base, COWRITE_AI_EMBEDDING_PROVIDER: 'openai' })).toThrow('COWRITE_AI_EMBEDDING_MODEL');
  expect(() => readConfig(AiConfig, { ...base, COWRITE_AI_EMBEDDING_PROVIDER: 'endpoint', COWRITE_AI_EMBEDDING_MODEL: 'm' })).toThrow('COWRITE_AI_ENDPOINT_URL');
  expect(() => readConfig(AiConfig, { ...base, ...ON, COWRITE_AI_PROJECT_COST_MONTH: '5', COWRITE_AI_PRICES: 'gpt-5.6=1/1' })).toThrow('text-embedding-3-small');
  expect(readConfig(AiConfig, { ...base, ...ON }).COWRITE_AI_EMBEDDING_DIMENSIONS).toBe(0);
});
