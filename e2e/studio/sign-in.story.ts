import { test as base, expect } from '@playwright/test';
import { Person } from '../../bench/people.ts';
import { type Stack, startStack } from '../../bench/stack.ts';
import { aBrowserOf, compose, linesOf, studioUrl, surface } from './product.ts';

/** A product whose access tokens live two seconds, so that they end in the middle of a sentence. */
const test = base.extend<object, { product: Stack }>({
  product: [
    async ({}, use) => {
      await using stack = await startStack({ studio: true, env: { JWT_EXPIRES_IN: '2s' } });
      await use(stack);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

test('J3: a sign-in that has to be renewed mid-sentence is not noticed', async ({ browser, product }) => {
  const person = await Person.register(product.core.url, '가람');
  const projectId = await person.project('두 초짜리 열쇠');
  const { documentId, nodes } = await person.call<{ documentId: string; nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '1화' });
  const { context, page } = await aBrowserOf(browser, product, person);
  await page.goto(`${studioUrl(product)}/p/${projectId}/s/${nodes.find(({ kind }) => kind === 'scene')!.id}`);
  await surface(page).waitFor();
  await surface(page).click();
  await compose(page, '문장의 앞과 ');
  await expect.poll(async () => (await context.request.get(`${product.core.url}/auth/me`)).status()).toBe(401);
  await compose(page, '뒤가 이어졌다.');
  await expect(page.getByText(/저장됨/).first()).toBeVisible();
  // The socket dies too, and its next ticket needs a fresh sign-in.
  await product.sync.end('SIGKILL');
  await product.sync.start();
  await compose(page, ' 끝.');
  await expect.poll(() => person.text(projectId, documentId), { timeout: 20_000 }).toBe('문장의 앞과 뒤가 이어졌다. 끝.');
  expect(await linesOf(page)).toEqual(['문장의 앞과 뒤가 이어졌다. 끝.']);
  expect(new URL(page.url()).pathname).toContain('/s/');
  await context.close();
});

test('signing out elsewhere ends this tab’s socket, and what waited is offered as a copy', async ({ browser, product }) => {
  const person = await Person.register(product.core.url, '나루');
  const projectId = await person.project('끝난 로그인');
  const { nodes } = await person.call<{ nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '1화' });
  const { context, page } = await aBrowserOf(browser, product, person);
  await page.goto(`${studioUrl(product)}/p/${projectId}/s/${nodes.find(({ kind }) => kind === 'scene')!.id}`);
  await surface(page).waitFor();
  await surface(page).click();
  await compose(page, '보낸 글.');
  await expect(page.getByText(/저장됨/).first()).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText(/오프라인/).first()).toBeVisible({ timeout: 5_000 });
  await compose(page, ' 못 보낸 글.');
  const { items } = await person.call<{ items: { id: string }[] }>('GET', '/auth/sign-ins');
  for (const { id } of items) await person.call('DELETE', `/auth/sign-ins/${id}`);
  await context.setOffline(false);
  await expect(page.getByRole('button', { name: /사본으로 저장/ }).first()).toBeVisible({ timeout: 20_000 });
  await context.close();
});
