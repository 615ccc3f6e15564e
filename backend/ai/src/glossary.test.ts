import type { AssistTask } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { aBrief, anItem, aScene } from './testing/briefs.ts';
import { aHouse, type House } from './testing/house.ts';

const scene = aScene('설화가 검을 뽑았다.\n노인은 웃었다.\n설화는 돌아섰다.');
const SEOLHWA = { source: '설화', target: 'Seolhwa' };
const SWORD = { source: '검', target: 'sword' };
const TASK: AssistTask = { feature: 'translate', span: scene.span(), language: 'en', glossary: [SEOLHWA, SWORD, { source: '호랑이', target: 'tiger' }] };
const lines = (...rows: readonly { id: string; text: string }[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const FIRST = lines({ id: 's1', text: 'Seolhwa drew her blade.' }, { id: 's2', text: 'The old man smiled.' }, { id: 's3', text: 'The girl turned away.' });
const sources = scene.text.split('\n');
const row = (at: number, text: string, missed?: readonly unknown[]) => ({ id: `s${at}`, source: sources[at - 1], text, ...(missed === undefined ? {} : { missed }) });

async function aTranslatingHouse(environment: Record<string, string> = {}): Promise<House> {
  const house = await aHouse(environment);
  house.core.tell = () => aBrief([anItem('text', scene, { id: 't' })]);
  return house;
}

test('segments that miss a term are asked for once more, with what was missed named, and are not shown before', async () => {
  await using house = await aTranslatingHouse({ COWRITE_AI_PRICES: 'gpt-5.6=2/10' });
  house.vendor.next(
    { pieces: [FIRST], usage: { in: 500, out: 30 } },
    { pieces: [lines({ id: 's1', text: 'Seolhwa drew her sword.' }, { id: 's2', text: 'unasked' }, { id: 's3', text: 'Seolhwa turned away.' })], usage: { in: 600, out: 20 } },
  );
  const parts: unknown[] = [];
  for await (const { event } of house.follow(await house.assist(TASK))) {
    if (event.type === 'part') parts.push(event.part);
    if (event.type === 'ended')
      expect(event.assist).toMatchObject({
        state: 'done',
        result: { rows: [row(1, 'Seolhwa drew her sword.'), row(2, 'The old man smiled.'), row(3, 'Seolhwa turned away.')] },
        usage: { tokensIn: 1_100, tokensOut: 50, estimated: false, cost: 2_700 },
      });
  }
  expect(parts).toEqual([row(2, 'The old man smiled.'), row(1, 'Seolhwa drew her sword.'), row(3, 'Seolhwa turned away.')]);
  const [first, second] = house.vendor.requests.map(({ messages }) => messages);
  expect(first!.user).toContain('설화 → Seolhwa\n검 → sword\n');
  // What the passage does not say is not told.
  expect(first!.user).not.toContain('tiger');
  expect(second!.system).toBe(first!.system);
  expect(second!.user).toContain('s1에서 빠뜨린 말: 검 → sword\n');
  expect(second!.user).toContain('s3에서 빠뜨린 말: 설화 → Seolhwa');
  expect(second!.user).toContain('Seolhwa drew her blade.');
  expect(second!.user).not.toContain('⟦자료 s2');
  expect(house.vendor.requests).toHaveLength(2);
});

test('one that still misses a term, or is not answered again, is shown with the term', async () => {
  await using house = await aTranslatingHouse();
  house.vendor.next({ pieces: [FIRST] }, { pieces: [lines({ id: 's1', text: 'She drew.' })] });
  const { result } = await house.over(await house.assist(TASK));
  // The second answer missed more than the first, which therefore stands.
  expect(result).toEqual({ kind: 'rows', rows: [row(1, 'Seolhwa drew her blade.', [SWORD]), row(2, 'The old man smiled.'), row(3, 'The girl turned away.', [SEOLHWA])] });
});

test('when nobody answers the second time the first answer stands, with its terms', async () => {
  await using house = await aTranslatingHouse();
  house.vendor.next({ pieces: [FIRST], usage: { in: 500, out: 30 } }, { status: 400 });
  const assist = await house.over(await house.assist(TASK));
  expect(assist).toMatchObject({ state: 'done', problem: null, result: { rows: [{ missed: [SWORD] }, {}, { missed: [SEOLHWA] }] } });
  expect(assist.usage!.tokensIn).toBeGreaterThan(500);
});

test('cancelled the second time, it keeps the first answer and counts both', async () => {
  await using house = await aTranslatingHouse();
  house.vendor.next({ pieces: [FIRST], usage: { in: 500, out: 30 } }, { end: 'hang' });
  const id = await house.assist(TASK);
  await house.vendor.untilRequests(2);
  await house.vendor.untilStreams(1);
  expect((await house.ask('POST', `/assists/${id}/cancel`)).body).toMatchObject({ state: 'cancelled', result: { rows: [{ missed: [SWORD] }, {}, { missed: [SEOLHWA] }] }, usage: { estimated: true, tokensOut: 30 } });
});

test('nothing is asked again where every term is kept, or none is said', async () => {
  await using house = await aTranslatingHouse();
  house.vendor.next({ pieces: [lines({ id: 's1', text: 'Seolhwa drew her sword.' }, { id: 's3', text: 'Seolhwa left.' })] }, { pieces: [FIRST] });
  expect(await house.over(await house.assist(TASK))).toMatchObject({ result: { rows: [{}, { text: null }, {}] } });
  expect(await house.over(await house.assist({ ...TASK, glossary: [{ source: '호랑이', target: 'tiger' }] }))).toMatchObject({ result: { rows: [{ text: 'Seolhwa drew her blade.' }, {}, {}] } });
  expect(house.vendor.requests).toHaveLength(2);
});

test('what asking again may take is held back from the limits', async () => {
  await using house = await aTranslatingHouse();
  const held = async (task: AssistTask): Promise<number> => {
    house.vendor.next({ end: 'hang' });
    const id = await house.assist(task);
    const { rows } = await house.database.pool.query<{ tokens_reserved: number }>('SELECT tokens_reserved FROM ai.assist WHERE id = $1', [id]);
    await house.ask('POST', `/assists/${id}/cancel`);
    return rows[0]!.tokens_reserved;
  };
  expect(await held(TASK)).toBeGreaterThan(2 * (await held({ ...TASK, glossary: [] })));
});

test('a sentence is a segment, wherever its paragraph ends, and what is said in one breath is not divided', async () => {
  await using house = await aHouse();
  const long = aScene('설화가 검을 뽑았다. “누구냐? 나와라.”\n\n***\n노인은…… 웃었다.');
  house.core.tell = () => aBrief([anItem('text', long, { id: 't' })]);
  house.vendor.next({ pieces: [lines({ id: 's1', text: 'One.' }, { id: 's2', text: 'Two.' }, { id: 's3', text: 'Three.' })] });
  expect((await house.over(await house.assist({ feature: 'translate', span: long.span(), language: 'en' }))).result).toEqual({
    kind: 'rows',
    rows: [
      { id: 's1', source: '설화가 검을 뽑았다.', text: 'One.' },
      { id: 's2', source: '“누구냐? 나와라.”', text: 'Two.' },
      { id: 's3', source: '노인은…… 웃었다.', text: 'Three.' },
    ],
  });
});
