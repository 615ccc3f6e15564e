import { Assist, type AssistEvent } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { after, answerOf, type Run } from './assist-run.ts';

const id = '01939c5e-0000-7000-8000-000000000001';
const asking: Run = { id: null, state: 'asking', provider: null, model: '', texts: [], parts: [], progress: null, assist: null, failure: null };
const assist = (more: Partial<Assist>): Assist =>
  Assist.parse({
    id,
    projectId: id,
    feature: 'continue',
    state: 'done',
    provider: 'openai',
    model: 'a model',
    packetHash: 'abc',
    itemIds: ['before'],
    result: null,
    usage: null,
    problem: null,
    left: true,
    cached: false,
    decision: null,
    createdAt: '2026-11-25T05:00:00.000Z',
    ...more,
  });
const play = (...events: AssistEvent[]) => events.reduce(after, asking);
const started: AssistEvent = { type: 'started', provider: 'openai', model: 'a model', packetHash: 'abc' };

test('texts grow as they come, each in its place', () => {
  expect(play(started, { type: 'text', at: 0, text: '눈이 ' }, { type: 'text', at: 2, text: '비가' }, { type: 'text', at: 0, text: '왔다.' })).toMatchObject({ state: 'running', texts: ['눈이 왔다.', '', '비가'] });
});

test('what it came to stands in the place of what came', () => {
  expect(play(started, { type: 'text', at: 0, text: '눈이' }, { type: 'ended', assist: assist({ result: { kind: 'texts', texts: ['눈이 왔다.'] } }) })).toMatchObject({ state: 'done', texts: ['눈이 왔다.'] });
});

test('stopped, it shows what came; failed, it says why', () => {
  const some: AssistEvent = { type: 'text', at: 0, text: '눈이' };
  expect(play(started, some, { type: 'ended', assist: assist({ state: 'cancelled' }) })).toMatchObject({ state: 'stopped', texts: ['눈이'] });
  const problem = { type: 'about:blank', code: 'model-busy' as const, title: '', status: 503, details: { provider: 'openai' } };
  expect(play(started, { type: 'ended', assist: assist({ state: 'failed', problem }) })).toMatchObject({ state: 'failed', failure: { code: 'model-busy', details: { provider: 'openai' } } });
});

test('cut at its longest, it is not done, and shows what came', () => {
  expect(play(started, { type: 'text', at: 0, text: '눈이' }, { type: 'ended', assist: assist({ state: 'cut', result: { kind: 'texts', texts: ['눈이'] } }) })).toMatchObject({ state: 'cut', texts: ['눈이'], failure: null });
});

test('an answer is there when the assist came to one', () => {
  const answer = { kind: 'answer' as const, found: false, sentences: [], nearest: [] };
  expect(answerOf(play(started, { type: 'ended', assist: assist({ feature: 'ask', result: answer }) }))).toEqual(answer);
  expect(answerOf(play(started))).toBeNull();
});
