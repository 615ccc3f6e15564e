import { compose, expect, linesOf, studioUrl, surface, test } from './product.ts';

/** Three hundred characters of our own, enough to fill the first screen of a first episode. */
const OPENING =
  '비가 그친 골목에 달빛이 고였다. 설하는 젖은 소매를 걷고 문을 두드렸다. 안에서는 아무 대답이 없었다. 열쇠는 화분 밑에 있을 것이다. 할머니는 늘 그 자리에 두었으니까. 그러나 화분은 깨져 있었고 흙은 이미 말라 있었다. 누군가 먼저 다녀간 것이다. 설하는 숨을 죽이고 귀를 기울였다. 부엌 쪽에서 물 끓는 소리가 났다. 끓는 물은 거짓말을 하지 않는다. 사람이 있다는 뜻이다. 문고리를 돌리자 오래된 나무가 길게 울었다. 들어오너라. 목소리는 낮고 또렷했다. 십 년 전에 죽은 사람의 목소리였다. 설하는 그제야 자기가 어느 해의 봄에 서 있는지 알았다. 돌아온 것이다. 정말로.';

test('J1: from the door to a first line that is kept', async ({ page, browser, product }) => {
  let clicks = 0;
  const click = async (role: 'link' | 'button', name: string) => {
    clicks += 1;
    await page.getByRole(role, { name, exact: true }).first().click();
  };
  const email = `j1-${Date.now()}@example.com`;
  await page.goto(studioUrl(product));
  await page.getByText('시작하기', { exact: true }).first().click();
  clicks += 1;
  await page.getByLabel('이름').fill('가람');
  await page.getByLabel('이메일').fill(email);
  await page.getByLabel('비밀번호').fill('달빛 골목의 열쇠 7');
  await click('button', '가입하기');
  await click('button', '새 작품');
  await page.getByLabel('제목').fill('회귀 기사');
  await click('button', '만들기');
  await click('button', '1화 쓰기');
  await surface(page).waitFor();
  await expect(surface(page)).toBeFocused();
  expect(clicks).toBeLessThanOrEqual(6);

  await compose(page, OPENING);
  await expect(page.getByText(/저장됨/).first()).toBeVisible();
  expect(await linesOf(page)).toEqual([OPENING]);

  await page.reload();
  await expect.poll(() => linesOf(page)).toEqual([OPENING]);

  const other = await browser.newContext({ locale: 'ko-KR' });
  const second = await other.newPage();
  await second.goto(`${studioUrl(product)}/login`);
  await second.getByLabel('이메일').fill(email);
  await second.getByLabel('비밀번호').fill('달빛 골목의 열쇠 7');
  await second.getByRole('button', { name: '로그인', exact: true }).click();
  await second.waitForURL('**/shelf');
  await second.goto(page.url());
  await expect.poll(() => linesOf(second)).toEqual([OPENING]);
  await other.close();
});
