import { type AssistTask, NodeId } from '@cowrite/contract';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aBrief, aNote, anItem, aScene } from './testing/briefs.ts';
import { aHouse, type House } from './testing/house.ts';
import { aProcess } from './testing/process.ts';

/** Words that stand in one work alone, and are looked for everywhere else. */
const OURS = '동백꽃밭의암호';
const THEIRS = '메밀꽃밭의암호';
const NODE = NodeId.parse(randomUUID());
const scene = (word: string) => aScene(`${word}라고 점순이가 속삭였다. 나는 고개도 돌리지 않았다.`);
const tasks = (word: string): AssistTask[] => {
  const span = scene(word).span();
  return [
    { feature: 'rewrite', span, instruction: word },
    { feature: 'continue', span },
    { feature: 'ask', question: `${word}?` },
    { feature: 'simulate', character: word, message: word, said: [] },
    { feature: 'summarise', nodeId: NodeId.parse(randomUUID()) },
    { feature: 'forecast', fromId: NodeId.parse(randomUUID()), toId: NodeId.parse(randomUUID()), readers: word },
    { feature: 'endings', nodeId: NodeId.parse(randomUUID()), other: { text: word } },
  ];
};

/** Core tells each work its own words; the model says them again. */
function telling(house: House) {
  house.core.tell = ({ projectId, task }) => {
    const word = projectId === house.projectId ? OURS : THEIRS;
    const episode = { nodeId: NODE, title: '1화' };
    // The same node in both works: nothing but the work tells their episodes apart.
    const read = [
      { ...anItem('text', scene(word), { id: 'now-1' }), episode },
      { ...anItem('text', scene(word), { id: 'other-1' }), episode },
    ];
    if (task.feature === 'forecast' || task.feature === 'endings') return aBrief([aNote('work', word), ...read], { cacheAnswers: true });
    return aBrief([aNote('work', word), anItem('text', scene(word)), anItem('text', scene(word)), anItem('passages', scene(word))], { cacheAnswers: true });
  };
  house.vendor.always(({ messages }) => ({ pieces: [messages.user.includes(OURS) ? OURS : THEIRS, '라고 한다'] }));
}

test('nothing of one work is in what another’s requests send, are answered, or list', async () => {
  await using house = await aHouse();
  telling(house);
  const stranger = await house.someone('owner of another work');
  for (const task of tasks(OURS)) await house.over(await house.assist(task));
  const before = house.vendor.requests.length;
  const seen: unknown[] = [];
  for (const task of tasks(THEIRS)) {
    seen.push(await house.ask('POST', '/packets', { of: stranger, body: { projectId: stranger.projectId, task } }));
    seen.push(await house.over(await house.assist(task, { of: stranger }), { of: stranger }));
  }
  for (const path of ['ledger', 'allowance', 'providers']) seen.push(await house.ask('GET', `/${path}?projectId=${stranger.projectId}`, { of: stranger }));
  const sent = house.vendor.requests.slice(before).map(({ body }) => body);
  // No answer of the other work came from what is kept for the first, though they are asked alike.
  expect(sent.length).toBe(before);
  expect([sent.join().includes(OURS), JSON.stringify(seen).includes(OURS)]).toEqual([false, false]);
  expect([sent.join().includes(THEIRS), JSON.stringify(seen).includes(THEIRS)]).toEqual([true, true]);
});

test('no word of a manuscript, a question or an answer is in the log, nor a key, whatever goes wrong', async () => {
  await using house = await aHouse();
  await using process_ = await aProcess(house, { LOG_LEVEL: 'trace' });
  house.moveTo(process_.url);
  telling(house);
  for (const task of tasks(OURS)) await house.over(await house.assist(task));
  house.core.tell = () => aBrief([anItem('text', scene(OURS))]);
  const [rewrite] = tasks(OURS);
  for (const script of [{ status: 400 }, { status: 401 }, { pieces: [OURS], end: 'cut' }, { pieces: [OURS], end: 'malformed' }, { pieces: [OURS], end: 'refusal' }] as const) {
    house.vendor.next(script);
    expect((await house.over(await house.assist(rewrite!))).state).toBe('failed');
  }
  const answer = await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: { ...rewrite, [OURS]: OURS } } });
  expect(answer.status).toBe(400);
  // The database fails in the middle, and says what it was given.
  await house.database.pool.query('ALTER TABLE ai.assist_text ADD CONSTRAINT nothing CHECK (cache_answers AND keep_texts)  NOT VALID');
  expect((await house.ask('POST', '/assists', { body: { projectId: house.projectId, task: rewrite } })).status).toBe(500);
  await house.database.pool.query('ALTER TABLE ai.assist_text DROP CONSTRAINT nothing, ADD CONSTRAINT no_result CHECK (result IS NULL) NOT VALID');
  await house.assist(rewrite!);
  await expect.poll(() => process_.log(), { timeout: 10_000 }).toContain('could not be written down');
  await process_.kill('SIGTERM');
  const log = process_.log();
  expect(log).toContain('a provider did not answer');
  expect(log).toContain('request failed');
  expect(log.split('\n').filter((line) => line.includes(OURS) || line.includes('a key of this test') || /mandate\.[0-9a-f]/.test(line))).toEqual([]);
});
