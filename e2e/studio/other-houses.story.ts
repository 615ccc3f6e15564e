import AxeBuilder from '@axe-core/playwright';
import { test as base, expect } from '@playwright/test';
import { environmentOf, Issuer } from '../../backend/core/src/accounts/testing/issuer.ts';
import { Person } from '../../bench/people.ts';
import { type Stack, startStack } from '../../bench/stack.ts';
import { studioUrl } from './product.ts';

/** A product beside two other houses, both on this machine. */
const test = base.extend<object, { street: { product: Stack; google: Issuer; kakao: Issuer } }>({
  street: [
    async ({}, use) => {
      await using google = await Issuer.start();
      await using kakao = await Issuer.start();
      await using product = await startStack({ studio: true, env: environmentOf({ google, kakao }) });
      await use({ product, google, kakao });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

test('a newcomer comes in with Google, links Kakao, and sets a password', async ({ page, street: { product, google, kakao } }) => {
  google.resident = { sub: '1001', name: '다미', email: 'dami@gmail.com', email_verified: true };
  await page.goto(`${studioUrl(product)}/join?next=%2Faccount`);
  await page.getByRole('button', { name: 'Google로 계속하기' }).click();
  await page.waitForURL('**/account');
  await expect(page.getByText('dami@gmail.com')).toBeVisible();
  await expect(page.getByRole('heading', { name: '비밀번호 정하기' })).toBeVisible();

  kakao.resident = { sub: '2001', name: '다미', kakao: { email_needs_agreement: true } };
  await page.getByRole('button', { name: '카카오 연결하기' }).click();
  await expect(page.getByText('이메일을 알려 주지 않은 계정')).toBeVisible();
  await page.getByRole('button', { name: '카카오 연결 떼기' }).click();
  await expect(page.getByRole('region', { name: '알림' }).getByText('연결을 떼었습니다.')).toBeVisible();
  await page.getByRole('button', { name: 'Google 연결 떼기' }).click();
  await expect(page.getByRole('region', { name: '알림' }).getByText('마지막 로그인 방법은 뗄 수 없습니다.')).toBeVisible();

  await page.getByLabel('새 비밀번호').fill('달밤의 식당 열두 자리');
  await page.getByRole('button', { name: '바꾸기', exact: true }).click();
  await expect(page.getByRole('heading', { name: '비밀번호 바꾸기' })).toBeVisible();
});

test('whose mail has an account already shows that it is theirs, and only then comes in', async ({ page, street: { product, google } }) => {
  const person = await Person.register(product.core.url, '나루');
  google.resident = { sub: '1002', name: '나루', email: person.email, email_verified: true };
  await page.goto(`${studioUrl(product)}/login`);
  await page.getByRole('button', { name: 'Google로 계속하기' }).click();
  await expect(page.getByRole('heading', { name: '이미 계정이 있습니다' })).toBeVisible();
  expect(new URL(page.url()).search).toBe('');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.getByLabel('비밀번호', { exact: true }).fill('틀린 암호입니다');
  await page.getByRole('button', { name: '확인하고 연결하기' }).click();
  await expect(page.getByRole('main').getByRole('alert')).toContainText('이메일이나 비밀번호가 맞지 않습니다.');
  await page.getByLabel('비밀번호', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/shelf');
});

test('who thinks better of it, or comes back twice, is told so and may begin again', async ({ page, street: { product, google } }) => {
  google.resident = null;
  await page.goto(`${studioUrl(product)}/login`);
  await page.getByRole('button', { name: 'Google로 계속하기' }).click();
  await expect(page.getByRole('main').getByRole('alert')).toHaveText('로그인을 그만두었습니다. 바뀐 것은 없습니다.');
  await page.goto(`${studioUrl(product)}/sign-in/google?code=old&state=old`);
  await expect(page.getByRole('main').getByRole('alert')).toHaveText('로그인을 확인하지 못했습니다. 처음부터 다시 해 주세요.');
  await page.getByRole('link', { name: '로그인 화면으로' }).click();
  await expect(page.getByRole('button', { name: '카카오로 계속하기' })).toBeVisible();
});

test('a lost answer does not take the other ways from who came', async ({ page, street: { product } }) => {
  const asked: string[] = [];
  await page.route('**/auth/providers', async (route) => {
    asked.push(route.request().method());
    await (asked.length < 3 ? route.abort('connectionreset') : route.continue());
  });
  await page.goto(`${studioUrl(product)}/login`);
  await expect(page.getByRole('button', { name: 'Google로 계속하기' })).toBeVisible();
  expect(asked.length).toBeGreaterThanOrEqual(3);
});
