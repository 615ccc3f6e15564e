import { type AssistResult, type AssistTask, NodeId } from '@cowrite/contract';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aBrief, anItem, aScene } from './testing/briefs.ts';
import { aHouse } from './testing/house.ts';

const scene = aScene('점순이가 감자를 내밀었다.\n“느 집엔 이거 없지?”\n나는 고개도 돌리지 않았다.');
const span = scene.span();
const lines = (...rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const place = (quote: string) => ({ itemId: 't', span: scene.span(quote) });

/** What is asked, what a model answers, and what of that stands. */
const CASES: [AssistTask, string, AssistResult][] = [
  [{ feature: 'style', span }, '감자를 내밀더라.', { kind: 'texts', texts: ['감자를 내밀더라.'] }],
  [{ feature: 'expand', span }, '길게.\n=====\n또', { kind: 'texts', texts: ['길게.'] }],
  [{ feature: 'shorten', span }, '짧게.', { kind: 'texts', texts: ['짧게.'] }],
  [{ feature: 'simulate', character: '점순이', message: '왜?', said: [] }, '알 거 없잖아.', { kind: 'texts', texts: ['알 거 없잖아.'] }],
  [{ feature: 'summarise', nodeId: NodeId.parse(randomUUID()) }, '점순이가 감자를 준다.', { kind: 'texts', texts: ['점순이가 감자를 준다.'] }],
  [
    { feature: 'translate', span, language: 'en' },
    lines({ id: 's1', text: 'Jeomsun held out a potato.' }, { id: 's9', text: 'invented' }, { id: 's3', text: 'I did not even turn my head.' }, { id: 's1', text: 'twice' }),
    {
      kind: 'rows',
      rows: [
        { id: 's1', source: '점순이가 감자를 내밀었다.', text: 'Jeomsun held out a potato.' },
        { id: 's2', source: '“느 집엔 이거 없지?”', text: null },
        { id: 's3', source: '나는 고개도 돌리지 않았다.', text: 'I did not even turn my head.' },
      ],
    },
  ],
  [
    { feature: 'storyboard', span },
    lines({ size: '클로즈업', picture: '감자', sound: null, item: 1, quote: '점순이가 감자를 내밀었다' }, { size: '전경', picture: '없는 폭발', sound: '쾅', item: 1, quote: '폭발이 일어났다' }),
    { kind: 'rows', rows: [{ shot: 1, size: '클로즈업', picture: '감자', sound: null, place: place('점순이가 감자를 내밀었다') }] },
  ],
  [
    { feature: 'script', span },
    lines({ speaker: '점순이', emotion: '뽐내며', pauseMs: 400.4, item: 1, quote: '"느 집엔 이거 없지?"' }, { speaker: '나', emotion: '', pauseMs: 0, item: 1, quote: '안 먹는다!' }),
    { kind: 'rows', rows: [{ speaker: '점순이', emotion: '뽐내며', pauseMs: 400, line: '“느 집엔 이거 없지?”', place: place('“느 집엔 이거 없지?”') }] },
  ],
  [
    { feature: 'react', nodeId: NodeId.parse(randomUUID()) },
    lines({ reader: '고등학생', feeling: '재미', text: '귀엽다', item: 1, quote: '느 집엔 이거 없지' }, { reader: '평론가', feeling: '감동', text: '근거 없는 말', item: 1, quote: '없는 대목이다' }),
    { kind: 'rows', rows: [{ reader: '고등학생', feeling: '재미', text: '귀엽다', place: place('느 집엔 이거 없지'), simulation: true }] },
  ],
  [
    { feature: 'research', question: '감자', sources: ['감자는 1824년 무렵 들어왔다.'] },
    lines({ claim: '1824년 무렵이다', source: 'w1', quote: '1824년 무렵 들어왔다' }, { claim: '강원도에 많다', source: null, quote: null }, { claim: '출처를 속인다', source: 'w1', quote: '강원도에 많이 심었다' }),
    {
      kind: 'rows',
      rows: [
        { claim: '1824년 무렵이다', source: 'w1', quote: '1824년 무렵 들어왔다', verified: true },
        { claim: '강원도에 많다', source: null, quote: null, verified: false },
        { claim: '출처를 속인다', source: null, quote: null, verified: false },
      ],
    },
  ],
];

test('each feature keeps of an answer what stands', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene, { id: 't' })]);
  for (const [task, said, result] of CASES) {
    house.vendor.next({ pieces: [said.slice(0, 7), said.slice(7)] });
    const id = await house.assist(task);
    const parts: unknown[] = [];
    for await (const { event } of house.follow(id)) {
      if (event.type === 'part') parts.push(event.part);
      if (event.type === 'ended') expect([task.feature, event.assist.state, event.assist.result]).toEqual([task.feature, 'done', result]);
    }
    // Rows come as soon as they are whole and stand.
    if (result.kind === 'rows') expect(parts).toHaveLength(result.rows.filter((row) => row['text'] !== null).length);
  }
});

test('what an answer says stays text: markup is neither made nor taken out', async () => {
  await using house = await aHouse();
  house.core.tell = () => aBrief([anItem('text', scene)]);
  const said = '<img src=x onerror=alert(1)> ![](https://evil.example) [여기](javascript:alert(1))';
  house.vendor.next({ pieces: [said] });
  const answer = await house.ask('GET', `/assists/${(await house.over(await house.assist({ feature: 'rewrite', span }))).id}`);
  expect([answer.headers.get('content-type'), answer.headers.get('x-content-type-options'), answer.body]).toEqual(['application/json; charset=utf-8', 'nosniff', expect.objectContaining({ result: { kind: 'texts', texts: [said] } })]);
});
