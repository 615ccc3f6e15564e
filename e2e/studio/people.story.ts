import { Person } from '../../bench/people.ts';
import { aBrowserOf, compose, expect, linesOf, signIn, studioUrl, surface, test } from './product.ts';

test('a link brings another browser in, the role decides what is offered, and a withdrawn link says so', async ({ browser, product }) => {
  const owner = await Person.register(product.core.url, '가람');
  const guest = await Person.register(product.core.url, '나루');
  const projectId = await owner.project('둘의 작품');
  const { nodes } = await owner.call<{ nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '첫눈' });
  const scenePath = `/p/${projectId}/s/${nodes.find(({ kind }) => kind === 'scene')!.id}`;
  const { page: a, context: first } = await aBrowserOf(browser, product, owner);

  await a.goto(`${studioUrl(product)}/p/${projectId}/people`);
  await a.getByLabel('들어올 사람의 역할').selectOption({ label: '공동 작가' });
  await a.getByRole('button', { name: '링크 만들기' }).click();
  const link = await a.getByLabel(/^초대 링크/).inputValue();

  // Someone who is not signed in goes by the sign-in and comes back to the invitation.
  const second = await browser.newContext({ locale: 'ko-KR', viewport: { width: 1440, height: 900 } });
  const b = await second.newPage();
  await b.goto(link);
  await expect(b.getByRole('heading', { name: '『둘의 작품』에 초대받았습니다' })).toBeVisible();
  await b.getByRole('link', { name: '로그인' }).click();
  await b.getByLabel('이메일').fill(guest.email);
  await b.getByLabel('비밀번호').fill(guest.password);
  await b.getByRole('button', { name: '로그인', exact: true }).click();
  await b.getByRole('button', { name: '함께하기' }).click();
  await b.waitForURL(`**/p/${projectId}**`);
  await expect(a.getByText('나루').first()).toBeVisible();

  await b.goto(studioUrl(product) + scenePath);
  await surface(b).click();
  await compose(b, '나루가 쓴 줄.');
  await expect(b.getByText(/저장됨/).first()).toBeVisible();
  await expect(b.getByRole('button', { name: '새 회차' })).toBeVisible();

  // A reader is offered nothing that changes the work, from this moment and without a reload.
  await a.getByLabel('나루 님의 역할').selectOption({ label: '독자' });
  await expect(b.getByText(/읽기 전용/).first()).toBeVisible();
  await expect(b.getByRole('button', { name: '새 회차' })).toHaveCount(0);
  await expect(b.getByRole('button', { name: /^굵게/ })).toBeDisabled();
  await expect(surface(b)).toHaveAttribute('contenteditable', 'false');
  await b.getByRole('button', { name: '둘의 작품 메뉴' }).click();
  await expect(b.getByRole('menuitem', { name: '사람들' })).toBeVisible();
  await expect(b.getByRole('menuitem', { name: '가져오기' })).toHaveCount(0);
  await b.getByRole('menuitem', { name: '사람들' }).click();
  await expect(b.getByRole('button', { name: '이 작품에서 나가기' })).toBeVisible();
  await expect(b.getByRole('button', { name: '링크 만들기' })).toHaveCount(0);
  await expect(b.getByRole('button', { name: '내보내기' })).toHaveCount(0);

  // And back: the writer goes on where the text stands.
  await a.getByLabel('나루 님의 역할').selectOption({ label: '공동 작가' });
  await b.goto(studioUrl(product) + scenePath);
  await expect(surface(b)).toHaveAttribute('contenteditable', 'true');
  expect(await linesOf(b)).toEqual(['나루가 쓴 줄.']);

  await a.getByRole('button', { name: '거두기' }).first().click();
  await expect(a.getByText('열려 있는 초대가 없습니다.')).toBeVisible();
  const stranger = await Person.register(product.core.url, '다솜');
  const third = await browser.newContext({ locale: 'ko-KR' });
  const c = await third.newPage();
  await signIn(c, product, stranger);
  await c.goto(link);
  await expect(c.getByRole('heading', { name: '쓸 수 없는 초대입니다' })).toBeVisible();
  await expect(c.getByText('만료되었거나 거둔 초대입니다.')).toBeVisible();
  await Promise.all([first.close(), second.close(), third.close()]);
});
