import type { Page } from '@playwright/test';
import { Client } from 'pg';
import type { Stack } from '../../bench/stack.ts';
import { Person } from '../../bench/people.ts';
import { aBrowserOf, compose, expect, linesOf, studioUrl, surface, test } from './product.ts';

/** A scene with one line that everyone has. */
async function aScene(product: Stack) {
  const person = await Person.register(product.core.url, '가람');
  const projectId = await person.project('바뀐 장면');
  const { documentId, nodes } = await person.call<{ documentId: string; nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '1화' });
  return { person, projectId, documentId, path: `/p/${projectId}/s/${nodes.find(({ kind }) => kind === 'scene')!.id}` };
}

/** History itself is replaced, as by the restore of an old backup while sync stands: the scene is empty, and of another epoch. */
async function replaceHistory(product: Stack, documentId: string): Promise<void> {
  await product.sync.end('SIGTERM');
  const database = new Client({ connectionString: product.databaseUrl });
  await database.connect();
  await database.query('UPDATE sync.document SET epoch = epoch + 1, snapshot = NULL, checksum = NULL, state_vector = NULL, delete_set_at = NULL, cover = $2 WHERE document_id = $1', [documentId, '{}']);
  await database.end();
  await product.sync.start();
}

async function open(page: Page, product: Stack, path: string): Promise<void> {
  await page.goto(studioUrl(product) + path);
  await surface(page).waitFor();
}

const isSaved = (page: Page) => expect(page.getByText(/저장됨/).first()).toBeVisible({ timeout: 30_000 });
const draftOf = (page: Page) => page.getByRole('region', { name: '보내지 못한 내 글' });

test('what was written offline is laid by when the scene was replaced meanwhile, and the new text is open at once', async ({ browser, product }) => {
  const { person, projectId, documentId, path } = await aScene(product);
  const { context, page } = await aBrowserOf(browser, product, person);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, product, path);
  await surface(page).click();
  await compose(page, '모두가 가진 첫 줄.\n');
  await isSaved(page);

  await context.setOffline(true);
  await expect(page.getByText(/오프라인/).first()).toBeVisible({ timeout: 5_000 });
  await compose(page, '혼자 쓴 둘째 줄.');
  await replaceHistory(product, documentId);
  const other = await aBrowserOf(browser, product, person);
  await open(other.page, product, path);
  await surface(other.page).click();
  await compose(other.page, '새로 시작한 글.');
  await isSaved(other.page);
  await context.setOffline(false);

  await expect(draftOf(page)).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => linesOf(page)).toEqual(['새로 시작한 글.']);
  await isSaved(page);
  await surface(page).click();
  await page.keyboard.press('End');
  await compose(page, ' 이어 쓴다.');
  await expect.poll(() => linesOf(other.page)).toEqual(['새로 시작한 글. 이어 쓴다.']);

  // It outlives a reload, and one without the network too.
  await page.reload();
  await surface(page).waitFor();
  await expect(draftOf(page)).toBeVisible();
  await expect.poll(() => linesOf(page)).toEqual(['새로 시작한 글. 이어 쓴다.']);
  await shoot(page);
  await draftOf(page).getByRole('button', { name: '보기' }).click();
  const sheet = page.getByRole('dialog', { name: '보내지 못한 내 글' });
  await expect(sheet.getByText('모두가 가진 첫 줄.')).toBeVisible();
  await expect(sheet.getByText('혼자 쓴 둘째 줄.')).toContainText('보내지 못한 줄');
  await shoot(page, 'view');
  await sheet.getByRole('button', { name: '복사' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('모두가 가진 첫 줄.\n혼자 쓴 둘째 줄.');
  await page.keyboard.press('Escape');

  // It counts as unsent when one signs out.
  await page.getByRole('button', { name: /님의 메뉴/ }).click();
  await page.getByRole('menuitem', { name: '로그아웃' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '머무르기' }).click();

  await context.setOffline(true);
  await page.reload();
  await expect(draftOf(page)).toBeVisible();
  await context.setOffline(false);
  await draftOf(page).getByRole('button', { name: '버리기' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '그만두기' }).click();
  await expect(draftOf(page)).toBeVisible();
  await draftOf(page).getByRole('button', { name: '버리기' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: '버리기' }).press('Enter');
  await expect(draftOf(page)).toBeHidden();
  await page.reload();
  await surface(page).waitFor();
  await isSaved(page);
  await expect(draftOf(page)).toBeHidden();
  expect((await person.text(projectId, documentId)).trimEnd()).toBe('새로 시작한 글. 이어 쓴다.');
});

test('two tabs of one person leave the old history together: one draft with what both wrote, and nothing of it comes back', async ({ browser, product }) => {
  const { person, projectId, documentId, path } = await aScene(product);
  const { context, page: one } = await aBrowserOf(browser, product, person);
  const two = await context.newPage();
  for (const page of [one, two]) await open(page, product, path);
  await surface(one).click();
  await compose(one, '첫 줄.\n');
  await expect.poll(() => linesOf(two)).toContain('첫 줄.');
  await isSaved(one);
  await context.setOffline(true);
  for (const page of [one, two]) await expect(page.getByText(/오프라인/).first()).toBeVisible({ timeout: 5_000 });
  await compose(one, '첫 탭에서.');
  await surface(two).click();
  await two.keyboard.press('Control+Home');
  await compose(two, '둘째 탭에서. ');
  await replaceHistory(product, documentId);
  await context.setOffline(false);
  for (const page of [one, two]) {
    await expect(draftOf(page)).toHaveCount(1, { timeout: 30_000 });
    await expect.poll(() => linesOf(page), { timeout: 30_000 }).toEqual(['']);
  }
  for (const page of [one, two]) {
    await page.reload();
    await surface(page).waitFor();
    await isSaved(page);
  }
  await draftOf(two).getByRole('button', { name: '보기' }).click();
  const sheet = two.getByRole('dialog', { name: '보내지 못한 내 글' });
  for (const words of ['첫 탭에서.', '둘째 탭에서. 첫 줄.']) await expect(sheet.getByText(words)).toBeVisible();
  await two.keyboard.press('Escape');
  await draftOf(two).getByRole('button', { name: '버리기' }).click();
  await two.getByRole('dialog').getByRole('button', { name: '버리기' }).click();
  for (const page of [one, two]) await expect(draftOf(page)).toBeHidden();
  expect(await person.text(projectId, documentId)).toBe('');
});

test('without anything unsent a line says what happened and goes away', async ({ browser, product }) => {
  const { person, documentId, path } = await aScene(product);
  const { context, page } = await aBrowserOf(browser, product, person);
  await open(page, product, path);
  await surface(page).click();
  await compose(page, '저장된 글.');
  await isSaved(page);
  await context.setOffline(true);
  await expect(page.getByText(/오프라인/).first()).toBeVisible({ timeout: 5_000 });
  await replaceHistory(product, documentId);
  await context.setOffline(false);
  await expect(page.getByRole('region', { name: '알림' }).getByText(/다른 것으로 바뀌어/)).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => linesOf(page)).toEqual(['']);
  await expect(draftOf(page)).toHaveCount(0);
  await expect(page.getByRole('region', { name: '알림' })).toBeHidden();
});

/** Pictures for whoever looks at them, when asked for. */
async function shoot(page: Page, name = 'notice'): Promise<void> {
  const folder = process.env['COWRITE_SCREENS'];
  if (!folder) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await page.screenshot({ path: `${folder}/draft-${name}-${width}-${colorScheme}.png` });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1440, height: 900 });
}
