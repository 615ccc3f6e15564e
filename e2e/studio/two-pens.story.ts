import type { CDPSession, Page } from '@playwright/test';
import { Person } from '../../bench/people.ts';
import { aBrowserOf, compose, expect, linesOf, studioUrl, surface, test } from './product.ts';

/**
 * J2 and the matrix of composition: five words × eight keys × five acts of a peer. The composition is
 * the browser's own, driven jamo by jamo; it is not a physical keyboard, whose quirks stay on the manual list.
 */
const WORDS: Record<string, readonly string[]> = {
  안녕하세요: ['ㅇ', '아', '안', '안ㄴ', '안녀', '안녕', '안녕ㅎ', '안녕하', '안녕핫', '안녕하세', '안녕하셍', '안녕하세요'],
  값이: ['ㄱ', '가', '갑', '값', '값ㅇ', '값이'],
  뷁: ['ㅂ', '부', '붸', '뷀', '뷁'],
  // A final consonant that becomes the next syllable's first: 한 + ㅏ is 하나.
  하나: ['ㅎ', '하', '한', '하나'],
  가나: ['ㄱ', '가', '간', '가나'],
};

/** The word with its last syllable taken one key back, as Backspace does while composing. */
const SHORTER: Record<string, string> = { 안녕하세요: '안녕하세ㅇ', 값이: '값ㅇ', 뷁: '뷀', 하나: '하ㄴ', 가나: '가ㄴ' };

const KEYS = ['Enter', 'Space', 'ArrowLeft', 'click elsewhere', 'Ctrl-B', 'blur', 'Backspace inside', 'select all and type'] as const;
const ACTS = ['alone', 'peer types in the block', 'peer deletes the block', 'peer inserts above', 'offline flip'] as const;

interface Pen {
  page: Page;
  ime: CDPSession;
}

const show = (pen: Pen, text: string) => pen.ime.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
const commit = (pen: Pen, text: string) => pen.ime.send('Input.insertText', { text });
const texts = async (pens: readonly Pen[]) => Promise.all(pens.map(async ({ page }) => (await linesOf(page)).join('\n')));

async function same(pens: readonly Pen[]): Promise<void> {
  await expect.poll(async () => new Set(await texts(pens)).size, { intervals: [20, 50, 100, 200] }).toBe(1);
}

/** A first line, and an empty block below it in which the word is composed. */
async function prepare(a: Pen, b: Pen): Promise<void> {
  await surface(a.page).focus();
  await a.page.keyboard.press('Control+a');
  await a.page.keyboard.press('Backspace');
  await a.page.keyboard.insertText('첫 줄');
  await a.page.keyboard.press('Enter');
  await expect.poll(async () => linesOf(b.page), { intervals: [20, 50, 100] }).toEqual(['첫 줄', '']);
}

async function peerActs(act: (typeof ACTS)[number], b: Pen): Promise<void> {
  const block = (at: number) => surface(b.page).locator(':scope > *').nth(at);
  if (act === 'peer types in the block') {
    await block(1).click();
    await b.page.keyboard.press('Home');
    await b.page.keyboard.insertText('봄');
  } else if (act === 'peer deletes the block') {
    await block(1).click();
    await b.page.keyboard.press('Home');
    await b.page.keyboard.press('Shift+End');
    await b.page.keyboard.press('Backspace');
    await b.page.keyboard.press('Backspace');
  } else if (act === 'peer inserts above') {
    await block(0).click();
    await b.page.keyboard.press('End');
    await b.page.keyboard.press('Enter');
    await b.page.keyboard.insertText('위');
  }
}

/** What the key leaves of the word in the block, or null where the whole text is replaced. */
async function press(key: (typeof KEYS)[number], a: Pen, word: string): Promise<string | null> {
  switch (key) {
    case 'Enter':
      await commit(a, word);
      await a.page.keyboard.press('Enter');
      return word;
    case 'Space':
      await commit(a, word);
      await a.page.keyboard.press('Space');
      return `${word} `;
    case 'ArrowLeft':
      await commit(a, word);
      await a.page.keyboard.press('ArrowLeft');
      return word;
    case 'click elsewhere':
      await surface(a.page).locator(':scope > *').first().click();
      return word;
    case 'Ctrl-B':
      await commit(a, word);
      await a.page.keyboard.press('Control+b');
      return word;
    case 'blur':
      await surface(a.page).evaluate((element) => (element as HTMLElement).blur());
      return word;
    case 'Backspace inside':
      await show(a, SHORTER[word]!);
      await commit(a, SHORTER[word]!);
      return SHORTER[word]!;
    case 'select all and type':
      await commit(a, word);
      await a.page.keyboard.press('Control+a');
      await a.page.keyboard.insertText('끝');
      return null;
  }
}

test('the matrix: 200 compositions, alone and with a peer at work in the same scene', async ({ browser, product }) => {
  test.setTimeout(420_000);
  const [garam, naru] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '나루')];
  const projectId = await garam.project('두 펜');
  await garam.invite(projectId, naru, 'writer');
  const { nodes } = await garam.call<{ nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '1화' });
  const path = `/p/${projectId}/s/${nodes.find(({ kind }) => kind === 'scene')!.id}`;
  const pens: Pen[] = [];
  for (const person of [garam, naru]) {
    const { page } = await aBrowserOf(browser, product, person);
    await page.goto(studioUrl(product) + path);
    await surface(page).waitFor();
    pens.push({ page, ime: await page.context().newCDPSession(page) });
  }
  const [a, b] = pens as [Pen, Pen];

  const wrong: string[] = [];
  let done = 0;
  for (const act of ACTS) {
    for (const [word, shown] of Object.entries(WORDS)) {
      for (const key of KEYS) {
        const name = `${word} × ${key} × ${act}`;
        try {
          await prepare(a, b);
          if (act === 'offline flip') await a.page.context().setOffline(true);
          for (const step of shown.slice(0, Math.ceil(shown.length / 2))) await show(a, step);
          await peerActs(act, b);
          for (const step of shown.slice(Math.ceil(shown.length / 2))) await show(a, step);
          const left = await press(key, a, word);
          if (act === 'offline flip') await a.page.context().setOffline(false);
          await same(pens);
          const expected = left === null ? '끝' : left;
          const [text] = (await texts(pens)) as [string];
          // Either the word is there, or the block went under the writer and the word is offered back.
          if (act !== 'peer deletes the block' || text.includes(expected)) {
            if (!text.includes(expected)) wrong.push(`${name}: ${JSON.stringify(text)}`);
          } else await a.page.getByRole('button', { name: '되살리기' }).waitFor({ timeout: 3_000 });
          // No jamo that nobody meant, and nothing twice.
          if (key !== 'Backspace inside' && /[ㄱ-ㅎㅏ-ㅣ]/.test(text)) wrong.push(`${name}: stray jamo in ${JSON.stringify(text)}`);
          if (text.split(expected.trim()).length > 2) wrong.push(`${name}: doubled in ${JSON.stringify(text)}`);
          if (act === 'peer types in the block' && key !== 'select all and type' && !text.includes('봄')) wrong.push(`${name}: the peer’s letter is gone from ${JSON.stringify(text)}`);
          if (act === 'peer inserts above' && key !== 'select all and type' && !text.includes('위')) wrong.push(`${name}: the peer’s line is gone from ${JSON.stringify(text)}`);
          done += 1;
        } catch (error) {
          wrong.push(`${name}: ${(error as Error).message.split('\n')[0]}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(done).toBe(200);
});

test('undo takes back one’s own words only, also after a reconnect', async ({ browser, product }) => {
  const [garam, naru] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '나루')];
  const projectId = await garam.project('되돌리기');
  await garam.invite(projectId, naru, 'writer');
  const { nodes } = await garam.call<{ nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '1화' });
  const path = `/p/${projectId}/s/${nodes.find(({ kind }) => kind === 'scene')!.id}`;
  const [{ page: a, context }, { page: b }] = [await aBrowserOf(browser, product, garam), await aBrowserOf(browser, product, naru)];
  for (const page of [a, b]) {
    await page.goto(studioUrl(product) + path);
    await surface(page).waitFor();
  }
  await surface(a).click();
  await compose(a, '가람의 문장.');
  await expect.poll(() => linesOf(b)).toEqual(['가람의 문장.']);
  await surface(b).click();
  await b.keyboard.press('End');
  await compose(b, ' 나루의 문장.');
  await expect.poll(() => linesOf(a)).toEqual(['가람의 문장. 나루의 문장.']);

  await context.setOffline(true);
  await expect(a.getByText(/오프라인/).first()).toBeVisible({ timeout: 5_000 });
  await context.setOffline(false);
  await expect(a.getByText(/저장됨/).first()).toBeVisible();
  await surface(a).focus();
  for (let times = 0; times < 8; times += 1) await a.keyboard.press('Control+z');
  await expect.poll(async () => (await linesOf(b)).join('').trim()).toBe('나루의 문장.');
  expect((await linesOf(a)).join('').trim()).toBe('나루의 문장.');
  for (let times = 0; times < 8; times += 1) await a.keyboard.press('Control+Shift+z');
  await expect.poll(async () => (await linesOf(b)).join('').trim()).toBe('가람의 문장. 나루의 문장.');
});
