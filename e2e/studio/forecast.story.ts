import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { askedIn, isSummary, saying } from '../../backend/ai/src/testing/episodes.ts';
import { Person } from '../../bench/people.ts';
import { expect, type Product, signIn, studioUrl, surface, test } from './product.ts';

const NOTICE = '2026-11-01';
const EPISODES = 12;
const text = (number: number): string => `${number}번째 밤에 닭이 울었다. 누가 문을 두드렸다.`;

// Still pictures: a colour in the middle of a transition is nobody's.
test.use({ contextOptions: { reducedMotion: 'reduce' } });

/** A work of twelve episodes that were brought in from a file, with help on, and answers kept for an hour. */
async function aSerial(page: Page, product: Product) {
  const garam = await Person.register(product.core.url, '가람');
  const projectId = await garam.project('동백꽃');
  await garam.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: [{ provider: 'openai', notice: NOTICE }], cacheAnswers: true });
  await signIn(page, product, garam);
  await page.goto(`${studioUrl(product)}/p/${projectId}/import`);
  const file = Array.from({ length: EPISODES }, (_, at) => `${at + 1}화 밤${at + 1}\n\n${text(at + 1)}\n`).join('\n');
  await page
    .getByLabel('파일 고르기')
    .last()
    .setInputFiles({ name: '연재.txt', mimeType: 'text/plain', buffer: Buffer.from(file) });
  await page.getByRole('button', { name: `${EPISODES}개 가져오기` }).click();
  await expect(page.getByRole('treeitem', { name: /밤12/ })).toBeVisible();
  return { garam, projectId };
}

/** The panel stays open where one goes; it is opened where it is not. */
async function openPanel(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: '집필 도움 (Ctrl J)' });
  await button.waitFor();
  if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
}
const panel = (page: Page) => page.getByRole('complementary', { name: '집필 도움' });
const episodeIn = (user: string): number => Number([...user.matchAll(/(\d+)번째 밤에/g)].at(-1)?.[1]);

/** Sums up; of episode n about n readers of twelve read on; of two endings all prefer the one in which somebody turns round. */
const reads = (product: Product) =>
  product.vendor.always(({ messages }) => {
    if (isSummary(messages)) return { pieces: [`${episodeIn(messages.user)}화에서 닭이 울었다.`] };
    const asked = askedIn(messages.user);
    const endings = [...messages.user.matchAll(/끝 ([가나])⟧\n(.*)\n/g)].map(([, name, said]) => ({ name, hasTurn: said!.includes('돌아섰다') }));
    if (endings.length > 0)
      return {
        pieces: [
          endings
            .map(({ name, hasTurn }) =>
              saying(
                asked,
                (reader) => hasTurn || reader <= 2,
                () => ({ ending: name }),
              ),
            )
            .join('\n'),
        ],
      };
    return {
      pieces: [
        saying(
          asked,
          (reader) => reader <= episodeIn(messages.user),
          () => ({ item: 1, quote: '닭이 울었다' }),
        ),
      ],
    };
  });

/** Every line that says a share or a difference says beside it that it is simulated, and of how many. */
async function sayWhatTheyAre(lines: Locator): Promise<void> {
  const said = await lines.allInnerTexts();
  expect(said.length).toBeGreaterThan(0);
  for (const line of said) expect(line).toMatch(/시뮬레이션, n=\d+/);
}

test('a forecast: off until the owner turns it on, with progress, stopped, gone on with, free when nothing changed, and two endings; every number has its n', async ({ page, product }) => {
  const { projectId } = await aSerial(page, product);
  await page.getByRole('treeitem', { name: /밤12/ }).click();
  await surface(page).click();
  await openPanel(page);
  const what = panel(page).getByRole('combobox', { name: '무엇을 도울까요' });
  await what.waitFor();
  await expect(what.getByRole('option', { name: '연독률 예측' })).toHaveCount(0);
  await page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
  const choice = page.getByRole('checkbox', { name: '연독률 예측과 두 끝 견주기를 씁니다' });
  await expect(choice).not.toBeChecked();
  await choice.check();
  await page.getByRole('button', { name: '저장', exact: true }).click();
  await expect(page.getByText('저장했습니다.').first()).toBeVisible();

  // Three episodes; the second is being read when it is stopped.
  await page.getByRole('treeitem', { name: /밤3/ }).click();
  await surface(page).click();
  await openPanel(page);
  await what.selectOption('연독률 예측');
  const help = panel(page);
  await help.getByRole('combobox', { name: '어느 화까지' }).selectOption({ label: await labelOf(help, /밤3/) });
  await help.getByRole('combobox', { name: '어느 화부터' }).selectOption({ label: await labelOf(help, /밤1$/) });
  product.vendor.next({ pieces: [saying([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], (reader) => reader <= 1)] }, { pieces: ['닭이 울었다.'] }, { pieces: ['{', { gate: 'never' }] });
  await help.getByRole('button', { name: '읽혀 보기' }).click();
  await expect(help.getByRole('progressbar', { name: '예측의 진행' })).toHaveAttribute('aria-valuetext', '5단계 가운데 2단계를 마침');
  const rows = help
    .getByRole('table')
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader') });
  await expect(rows).toHaveCount(1);
  await sayWhatTheyAre(rows);
  // Closed and opened, it is still there.
  await page.reload();
  await surface(page).click();
  await openPanel(page);
  await what.selectOption('연독률 예측');
  await expect(rows).toHaveCount(1);
  await help.getByRole('button', { name: '멈추기' }).click();
  await expect(help.getByText('멈추었습니다. 3화 가운데 1화를 읽었습니다.')).toBeVisible();
  await product.vendor.untilStreams(0);

  // Gone on with: what was read is not asked about again.
  reads(product);
  const before = product.vendor.requests.length;
  const ask = async () => {
    await help.getByRole('combobox', { name: '어느 화까지' }).selectOption({ label: await labelOf(help, /밤3/) });
    await help.getByRole('combobox', { name: '어느 화부터' }).selectOption({ label: await labelOf(help, /밤1$/) });
    await help.getByRole('button', { name: '읽혀 보기' }).click();
  };
  await ask();
  await expect(help.getByText('3화 가운데 1화는 이미 받은 답입니다.')).toBeVisible();
  await expect(rows).toHaveCount(3);
  expect(product.vendor.requests.length - before).toBe(3);
  await expect(rows.nth(1)).toContainText('2/12 · 17%');
  await sayWhatTheyAre(rows);
  await expect(help.getByText('맞춰 본 실제 수치 없음')).toBeVisible();

  // Nothing changed: nothing is asked, and it costs nothing.
  await ask();
  await expect(help.getByText('이미 받은 답 · 비용 없음').last()).toBeVisible();
  await expect(help.getByText(/0토큰/)).toBeVisible();
  expect(product.vendor.requests.length - before).toBe(3);

  // A reason leads to its place; every list of reasons says of how many it is.
  await sayWhatTheyAre(help.locator('summary').filter({ hasText: '까닭' }));
  await help.locator('summary').filter({ hasText: '밤3' }).click();
  await help.getByRole('button', { name: '1번 대목으로' }).first().click();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await help.getByRole('button', { name: '복사하기' }).click();
  const copied = (await page.evaluate(() => navigator.clipboard.readText())).split('\n');
  expect(copied.slice(1).every((line) => line.endsWith('시뮬레이션, n=12'))).toBe(true);

  // Two endings: what is pasted stays out of the manuscript.
  await what.selectOption('두 끝 견주기');
  await help.getByLabel('다른 끝의 글').fill('점순이가 돌아섰다.');
  await help.getByRole('button', { name: '보낼 자료 보기' }).click();
  const sheet = page.getByRole('dialog', { name: '보낼 자료' });
  await expect(sheet).toContainText('점순이가 돌아섰다.');
  await sheet.getByRole('button', { name: '이대로 보내기' }).click();
  await expect(help.getByText('+83%p')).toBeVisible();
  await expect(help.getByText('다른 끝 쪽이 더 이어 읽힙니다.')).toBeVisible();
  await sayWhatTheyAre(help.locator('dl > div'));
  await help.locator('summary').filter({ hasText: '독자마다 두 끝의 까닭' }).click();
  await expect(help.getByText('지금 끝 먼저')).toHaveCount(6);
  expect(await surface(page).innerText()).not.toContain('돌아섰다');

  // The ledger says what cost something and what did not.
  await page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
  await expect(page.getByRole('listitem').filter({ hasText: '연독률 예측' }).filter({ hasText: '이미 받은 답 · 비용 없음' })).toHaveCount(1);
});

/** What an episode is called in the list of those to choose from. */
const labelOf = async (help: Locator, name: RegExp): Promise<string> => {
  const labels = await help.getByRole('combobox', { name: '어느 화까지' }).locator('option').allInnerTexts();
  return labels.find((label) => name.test(label))!;
};

test('the forecast of twelve episodes and the comparison, wide and on a phone, light and dark, are readable by everyone', async ({ page, product }) => {
  const { garam, projectId } = await aSerial(page, product);
  await garam.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: [{ provider: 'openai', notice: NOTICE }], cacheAnswers: true, forecast: true });
  reads(product);
  await page.getByRole('treeitem', { name: /밤12/ }).click();
  await surface(page).click();
  await page.reload();
  await surface(page).click();
  const wrong: string[] = [];
  const look = async (screen: string, help: Locator) => {
    await help.getByText('맞춰 본 실제 수치 없음').waitFor();
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
      for (const { id, nodes } of (await new AxeBuilder({ page }).setLegacyMode().exclude('[data-base-ui-focus-guard]').withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()).violations)
        for (const node of nodes) wrong.push(`${screen} ${theme}: ${id} at ${node.target.join(' ')}`);
    }
    const beyond = await help.evaluate((element) => element.scrollWidth - element.clientWidth);
    if (beyond > 0) wrong.push(`${screen}: ${beyond} px beside the edge`);
  };
  await openPanel(page);
  const what = panel(page).getByRole('combobox', { name: '무엇을 도울까요' });
  await what.selectOption('연독률 예측');
  await panel(page).getByRole('button', { name: '읽혀 보기' }).click();
  await expect(panel(page).getByRole('rowheader')).toHaveCount(10);
  await panel(page).getByRole('button', { name: '복사하기' }).waitFor();
  await look('forecast', panel(page));
  await what.selectOption('두 끝 견주기');
  await panel(page).getByLabel('다른 끝의 글').fill('점순이가 돌아섰다.');
  await panel(page).getByRole('button', { name: '읽혀 보기' }).click();
  await panel(page).getByRole('button', { name: '복사하기' }).waitFor();
  await look('endings', panel(page));

  await page.setViewportSize({ width: 390, height: 844 });
  const drawer = page.getByRole('dialog', { name: '집필 도움' });
  await drawer.getByRole('combobox', { name: '무엇을 도울까요' }).selectOption('연독률 예측');
  await expect(drawer.getByRole('rowheader')).toHaveCount(10);
  await look('forecast of a phone', drawer);
  await drawer.getByRole('combobox', { name: '무엇을 도울까요' }).selectOption('두 끝 견주기');
  await drawer.getByText('+83%p').waitFor();
  await look('endings of a phone', drawer);
  expect(wrong).toEqual([]);
});
