import type { Page } from '@playwright/test';
import { Person } from '../../bench/people.ts';
import { expect, type Product, signIn, studioUrl, surface, test } from './product.ts';

/** A line of a scene, in a work that is helped. */
async function aLineIn(page: Page, product: Product): Promise<{ projectId: string }> {
  const garam = await Person.register(product.core.url, '가람');
  const projectId = await garam.project('동백꽃');
  const { nodeId } = await garam.scene(projectId, '1화');
  await garam.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: [{ provider: 'openai', notice: '2026-11-01' }] });
  await signIn(page, product, garam);
  await page.goto(`${studioUrl(product)}/p/${projectId}/s/${nodeId}`);
  await surface(page).click();
  await page.keyboard.insertText('밤이었다.');
  await expect(page.getByText('저장됨')).toBeVisible();
  return { projectId };
}

test('an answer that was cut says so, and is gone on with from where it stopped; what is taken is the whole', async ({ page, product }) => {
  const { projectId } = await aLineIn(page, product);
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: '집필 도움 (Ctrl J)' }).click();
  const help = page.getByRole('complementary', { name: '집필 도움' });
  await help.getByRole('combobox', { name: '무엇을 도울까요' }).selectOption('늘리기');
  product.vendor.next({ pieces: ['깊은 밤이었다. 눈이'], end: 'length' });
  await help.getByRole('button', { name: '제안 받기' }).click();
  const notice = help.getByRole('alert');
  await expect(notice).toContainText('답이 길이 한도에서 끊겼습니다. 다 온 답이 아닙니다.');
  product.vendor.next({ pieces: [' 소리 없이 내렸다.'] });
  await notice.getByRole('button', { name: '끊긴 데서 이어 받기' }).click();
  await expect(help.getByRole('region', { name: '제안 1' })).toContainText('눈이 소리 없이 내렸다.');
  await expect(notice).toHaveCount(0);
  await help.getByRole('button', { name: '이 글로 바꾸기' }).click();
  await expect(surface(page)).toHaveText('깊은 밤이었다. 눈이 소리 없이 내렸다.');
  await page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
  await expect(page.getByRole('listitem').filter({ hasText: '늘리기 · 길이 한도에서 끊김' })).toHaveCount(1);
});

test('a question whose acceptance was lost on the way is asked once', async ({ page, product }) => {
  const { projectId } = await aLineIn(page, product);
  let lost = 0;
  await page.route(
    (url) => url.pathname === '/assists',
    async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.continue();
      lost++;
      // It reaches the service, and what that says reaches nobody.
      await route.fetch();
      return route.abort('connectionreset');
    },
  );
  const before = product.vendor.requests.length;
  product.vendor.always(() => ({ pieces: ['눈이 왔다.\n=====\n비가 왔다.\n=====\n바람이 불었다.'] }));
  await page.getByRole('button', { name: '집필 도움 (Ctrl J)' }).click();
  const help = page.getByRole('complementary', { name: '집필 도움' });
  await help.getByRole('button', { name: '제안 받기' }).click();
  await expect(help.getByRole('region', { name: '제안 3' })).toContainText('바람이 불었다.');
  expect([lost, product.vendor.requests.length - before]).toEqual([1, 1]);
  await page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
  await expect(page.getByRole('listitem').filter({ hasText: '이어 쓰기' })).toHaveCount(1);
});
