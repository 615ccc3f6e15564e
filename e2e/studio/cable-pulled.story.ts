import type { Page } from '@playwright/test';
import { Person } from '../../bench/people.ts';
import { aBrowserOf, compose, expect, linesOf, studioUrl, surface, test } from './product.ts';

/** A project with one scene, and where it is written. */
async function aScene(person: Person) {
  const projectId = await person.project('끊긴 줄');
  const node = await person.call<{ id: string; documentId: string; nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '1화' });
  const scene = node.nodes.find(({ kind }) => kind === 'scene')!;
  return { projectId, documentId: node.documentId, path: `/p/${projectId}/s/${scene.id}` };
}

const SENTENCE = '비는 그치지 않았고 편지는 젖어 갔다. ';

test('J3: a thousand characters written offline outlive the tab and arrive once', async ({ browser, product }) => {
  const person = await Person.register(product.core.url, '가람');
  const { projectId, documentId, path } = await aScene(person);
  const { context, page } = await aBrowserOf(browser, product, person);
  await page.goto(studioUrl(product) + path);
  await surface(page).waitFor();
  await surface(page).click();
  await compose(page, '온라인에서 쓴 첫 문장. ');
  await expect(page.getByText(/저장됨/).first()).toBeVisible();

  await context.setOffline(true);
  await expect(page.getByText(/오프라인/).first()).toBeVisible({ timeout: 5_000 });
  const offline = SENTENCE.repeat(48);
  await page.keyboard.insertText(offline);
  await expect(page.getByText(/대기/).first()).toBeVisible();
  const written = await linesOf(page);

  // The tab dies without a word; its disk does not.
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await context.setOffline(false);
  await again.goto(studioUrl(product) + path);
  await expect.poll(() => linesOf(again)).toEqual(written);
  await expect(again.getByText(/저장됨/).first()).toBeVisible();
  expect((await person.text(projectId, documentId)).trimEnd()).toBe(written.join('\n').trimEnd());
  await context.close();
});

test('two tabs of one person, offline, die together: what both wrote is there, once', async ({ browser, product }) => {
  const person = await Person.register(product.core.url, '가람');
  const { projectId, documentId, path } = await aScene(person);
  const { context, page: one } = await aBrowserOf(browser, product, person);
  const two = await context.newPage();
  for (const page of [one, two]) {
    await page.goto(studioUrl(product) + path);
    await surface(page).waitFor();
  }
  await surface(one).click();
  await compose(one, '함께 쓴 첫 줄.\n');
  await expect.poll(() => linesOf(two)).toContain('함께 쓴 첫 줄.');
  await context.setOffline(true);
  await surface(one).click();
  await one.keyboard.press('Control+End');
  await one.keyboard.insertText('첫째 탭의 글.');
  await surface(two).click();
  await two.keyboard.press('Control+Home');
  await two.keyboard.insertText('둘째 탭의 글. ');
  for (const page of [one, two]) await expect(page.getByText(/대기/).first()).toBeVisible({ timeout: 10_000 });
  for (const page of [one, two]) await page.close({ runBeforeUnload: false });

  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto(studioUrl(product) + path);
  await expect.poll(() => linesOf(again)).toEqual(['둘째 탭의 글. 함께 쓴 첫 줄.', '첫째 탭의 글.']);
  await expect(again.getByText(/저장됨/).first()).toBeVisible();
  await expect.poll(async () => (await person.text(projectId, documentId)).trimEnd()).toBe('둘째 탭의 글. 함께 쓴 첫 줄.\n첫째 탭의 글.');
  await context.close();
});

/** Pastes plain text as the clipboard would bring it. */
const paste = (page: Page, text: string) =>
  surface(page).evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);

test('a pasted book is saved whole, though it is larger than one message may be; a library is turned away with a word', async ({ browser, product }) => {
  const person = await Person.register(product.core.url, '가람');
  const { projectId, documentId, path } = await aScene(person);
  const { context, page } = await aBrowserOf(browser, product, person);
  await page.goto(studioUrl(product) + path);
  await surface(page).waitFor();
  await surface(page).click();
  const lines = Array.from({ length: 1_500 }, (_, at) => `${at} ${SENTENCE.repeat(12)}`.trim());
  await paste(page, lines.join('\n'));
  await expect(page.locator('[data-save=saving]')).toBeVisible();
  await expect(page.locator('[data-save=saved]')).toBeVisible({ timeout: 60_000 });
  expect(await person.text(projectId, documentId)).toBe(lines.join('\n'));

  await paste(page, '가'.repeat(1_000_001));
  await expect(page.getByText(/한 번에 1,000,000자까지/).last()).toBeVisible();
  expect(await person.text(projectId, documentId)).toBe(lines.join('\n'));
  await context.close();
});

test('J3: sync, core and PostgreSQL are killed while someone types, and nothing is lost or doubled', async ({ browser, product }) => {
  const person = await Person.register(product.core.url, '나루');
  const { projectId, documentId, path } = await aScene(person);
  const { context, page } = await aBrowserOf(browser, product, person);
  await page.goto(studioUrl(product) + path);
  await surface(page).waitFor();
  await surface(page).click();
  let typed = '';
  const type = async (label: string) => {
    for (let count = 0; count < 5; count += 1) {
      const words = `${label}${count} `;
      typed += words;
      await compose(page, words);
    }
  };
  await type('처음');
  await product.sync.end('SIGKILL');
  await type('싱크없이');
  await product.sync.start();
  await type('싱크다시');
  await product.core.end('SIGKILL');
  await type('코어없이');
  await product.core.start();
  await type('코어다시');
  const restarted = product.restartPostgres('kill');
  await type('디비없이');
  await restarted;
  await type('디비다시');
  await expect(page.getByText(/저장됨/).first()).toBeVisible({ timeout: 40_000 });
  await expect.poll(async () => (await person.text(projectId, documentId)).trimEnd(), { timeout: 20_000 }).toBe(typed.trimEnd());
  expect((await linesOf(page)).join('').trimEnd()).toBe(typed.trimEnd());
  await context.close();
});

test('J3: a role that was taken away while offline leaves the text with its writer', async ({ browser, product }) => {
  const owner = await Person.register(product.core.url, '대표');
  const writer = await Person.register(product.core.url, '나루');
  const { projectId, documentId, path } = await aScene(owner);
  await owner.invite(projectId, writer, 'writer');
  const { context, page } = await aBrowserOf(browser, product, writer);
  await page.goto(studioUrl(product) + path);
  await surface(page).waitFor();
  await surface(page).click();
  await compose(page, '함께 쓰던 글. ');
  await expect(page.getByText(/저장됨/).first()).toBeVisible();

  await context.setOffline(true);
  await expect(page.getByText(/오프라인/).first()).toBeVisible({ timeout: 5_000 });
  await compose(page, '보내지 못한 문장');
  await owner.call('PATCH', `/projects/${projectId}/members/${writer.userId}`, { role: 'reader' });
  await context.setOffline(false);
  await expect(page.getByText(/읽기 전용/).first()).toBeVisible();
  const download = page.waitForEvent('download');
  await page
    .getByRole('button', { name: /사본으로 저장/ })
    .first()
    .click();
  const file = await (await download).createReadStream();
  let copy = '';
  for await (const chunk of file) copy += chunk;
  expect(copy).toContain('보내지 못한 문장');
  expect(await owner.text(projectId, documentId)).toBe('함께 쓰던 글. '.trimEnd() + ' ');
  await context.close();
});
