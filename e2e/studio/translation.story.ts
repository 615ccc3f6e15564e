import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { Person } from '../../bench/people.ts';
import { aBrowserOf, caretBefore, compose, expect, linesOf, type Product, studioUrl, surface, test } from './product.ts';

test.use({ contextOptions: { reducedMotion: 'reduce' } });

/** A work of two who both write; help is on, and both have agreed. */
async function aWork(product: Product) {
  const [garam, naru] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '나루')];
  const projectId = await garam.project('동백꽃');
  await garam.invite(projectId, naru, 'writer');
  const { nodeId, documentId } = await garam.scene(projectId, '1화');
  const agreed = [{ provider: 'openai', notice: '2026-11-01' }];
  await garam.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: agreed });
  await naru.call('PUT', `/projects/${projectId}/ai/consent`, { agreed });
  const translated = async () => (await garam.call<{ segments: { source: string; target: string; state: string; changedBy: string | null }[] }>('GET', `/projects/${projectId}/documents/${documentId}/translations/en`)).segments;
  return { garam, naru, projectId, documentId, translated, sceneUrl: `${studioUrl(product)}/p/${projectId}/s/${nodeId}`, url: `${studioUrl(product)}/p/${projectId}/t/${nodeId}` };
}

const SENTENCES = ['점순이가 감자를 내밀었다.', '설화는 고개를 저었다.', '“느 집엔 이거 없지? 먹어 봐.”', '눈이 왔다.', '나는 고개도 돌리지 않았다.'];
const TEXT = `${SENTENCES[0]} ${SENTENCES[1]}\n${SENTENCES[2]}\n${SENTENCES[3]} ${SENTENCES[4]}`;
const ENGLISH = ['Jeomsun held out a potato.', 'She shook her head.', '“You don’t have these at home, do you? Try one.”', 'It snowed.', 'I did not even turn my head.'];
const panel = (page: Page) => page.getByRole('complementary', { name: '집필 도움' });
const rows = (page: Page) => page.getByRole('list', { name: '번역' }).getByRole('listitem');
const stale = (page: Page) => rows(page).filter({ hasText: '원문이 바뀜' });
const say = (product: Product, ...given: { id: string; text: string }[]) => product.vendor.next({ pieces: given.map((row) => `${JSON.stringify(row)}\n`) });

/** What is wrong with the page for readers of every kind, wide and narrow, light and dark. */
async function complaints(page: Page, screen: string): Promise<string[]> {
  const wrong: string[] = [];
  const before = page.viewportSize()!;
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size);
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).exclude('[data-base-ui-focus-guard]').analyze();
      for (const { id, nodes } of violations) for (const node of nodes) wrong.push(`${screen} ${size.width} ${theme}: ${id} at ${node.target.join(' ')} — ${node.failureSummary?.split('\n')[1]?.trim()}`);
    }
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (beyond > 0) wrong.push(`${screen} ${size.width}: ${beyond} px beside the edge`);
    if (size.width < 768) {
      const small = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('main button, main select, main input, main textarea, [role=dialog] button, [role=dialog] input, [role=dialog] textarea')]
          .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && each.getBoundingClientRect().height > 1 && each.getBoundingClientRect().height < 43.5)
          .map((each) => `${each.getAttribute('aria-label') ?? each.textContent} is ${Math.round(each.getBoundingClientRect().height)} px high`),
      );
      wrong.push(...small.map((what) => `${screen} ${size.width}: ${what}`));
    }
  }
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'light'));
  await page.setViewportSize(before);
  return wrong;
}

test('a scene is translated with the work’s glossary and kept; one changed sentence is one stale translation, and it is mended; somebody else sees it', async ({ browser, product }) => {
  test.setTimeout(180_000);
  const { garam, naru, projectId, documentId, translated, sceneUrl, url } = await aWork(product);
  const wrong: string[] = [];
  const [mine, theirs] = [await aBrowserOf(browser, product, garam), await aBrowserOf(browser, product, naru)];
  const { page } = mine;
  await page.goto(sceneUrl);
  await surface(page).click();
  await compose(page, TEXT);
  await expect.poll(() => garam.text(projectId, documentId)).toBe(TEXT);

  // Nothing is kept yet; the other looks.
  await theirs.page.goto(url);
  await expect(theirs.page.getByText('아직 이 언어로 둔 번역이 없습니다.')).toBeVisible();
  wrong.push(...(await complaints(theirs.page, 'nothing kept')));

  // Terms are typed for one run, and offered to the work; they are then the work's.
  await page.getByRole('button', { name: '집필 도움 (Ctrl J)' }).click();
  await surface(page).click();
  await page.keyboard.press('Control+a');
  await panel(page).getByLabel('무엇을 도울까요').selectOption('번역');
  await panel(page).getByLabel('용어집 (없어도 됩니다)').fill('설화 = Seolhwa');
  await panel(page).getByRole('button', { name: '적은 1개를 작품의 용어집에 두기' }).click();
  await expect(panel(page).getByText('작품의 용어집 1개를 지켜 옮깁니다.')).toBeVisible();
  await expect(panel(page).getByLabel('용어집 (없어도 됩니다)')).toHaveValue('');

  // What misses a term is asked for once more, and the translation is kept by one button.
  say(product, ...ENGLISH.map((text, at) => ({ id: `s${at + 1}`, text })));
  say(product, { id: 's2', text: 'Seolhwa shook her head.' });
  await panel(page).getByRole('button', { name: '제안 받기' }).click();
  const run = panel(page).getByRole('region', { name: '번역' });
  await expect(run.getByRole('listitem')).toHaveCount(5);
  await expect(run.getByRole('listitem').nth(1)).toContainText('Seolhwa shook her head.');
  expect(product.vendor.requests.at(-2)!.messages.user).toContain('설화 → Seolhwa');
  await panel(page).getByRole('button', { name: '번역으로 두기' }).click();
  await expect(page.getByRole('region', { name: '알림' })).toContainText('5문장을 이 장면의 번역으로 두었습니다.');
  expect(await linesOf(page)).toEqual(TEXT.split('\n'));

  // The other sees it without doing anything.
  await expect(rows(theirs.page)).toHaveCount(5);
  await expect(rows(theirs.page).nth(1)).toContainText('Seolhwa shook her head.');
  // Who made it is said once for what follows each other.
  await expect(rows(theirs.page).filter({ hasText: '가람 · gpt-5.6' })).toHaveCount(1);
  await expect(stale(theirs.page)).toHaveCount(0);
  await expect(theirs.page.getByText('모두 지금 원문과 맞습니다.')).toBeVisible();

  // One sentence is edited, while the other looks: exactly one is stale, in words.
  await caretBefore(page, surface(page).locator('p').nth(2));
  await compose(page, '진');
  await expect(stale(theirs.page)).toHaveCount(1);
  await expect(stale(theirs.page)).toContainText('It snowed.');
  await expect(theirs.page.getByText('원문이 바뀜 1', { exact: true })).toBeVisible();
  await expect(theirs.page.getByRole('status')).toContainText('원문이 바뀌어 다시 볼 번역이 1개 있습니다.');
  await expect.poll(async () => (await translated()).map(({ state }) => state)).toEqual(['current', 'current', 'current', 'stale', 'current']);

  // It is translated again alone, by the keyboard, and kept with one key.
  await page
    .getByRole('button', { name: '동백꽃 메뉴' })
    .or(page.getByRole('button', { name: /동백꽃/ }))
    .first()
    .click();
  await page.getByRole('menuitem', { name: '이 장면의 번역' }).click();
  await page.keyboard.press('Control+j');
  await expect(stale(page)).toHaveCount(1);
  wrong.push(...(await complaints(page, 'one stale')));
  await page.keyboard.press('j');
  await expect(stale(page)).toBeFocused();
  await page.keyboard.press('Tab');
  say(product, { id: 's1', text: 'Sleet fell.' });
  await page.keyboard.press('Enter');
  const accept = stale(page).getByRole('button', { name: '이 번역으로' });
  await expect(accept).toBeFocused();
  expect(product.vendor.requests.at(-1)!.messages.user).toContain('진눈이 왔다.');
  expect(product.vendor.requests.at(-1)!.messages.user.split('다음 조각들을')[1]).not.toContain('고개도');
  wrong.push(...(await complaints(page, 'proposal')));
  await accept.focus();
  await page.keyboard.press('Enter');
  await expect(stale(page)).toHaveCount(0);
  await expect(rows(page).nth(3)).toContainText('Sleet fell.');
  await expect(rows(theirs.page).nth(3)).toContainText('Sleet fell.');
  await expect(stale(theirs.page)).toHaveCount(0);

  // The other changes one by hand; it says who did, and keeping a whole run anew asks before it is lost.
  await rows(theirs.page).nth(0).getByRole('button', { name: '1번째 문장 고치기' }).click();
  await theirs.page.getByLabel('1번째 문장 · 번역').fill('Jeomsun offered me a potato.');
  wrong.push(...(await complaints(theirs.page, 'by hand')));
  await theirs.page.getByLabel('1번째 문장 · 번역').press('Control+Enter');
  await expect(rows(page).nth(0)).toContainText('Jeomsun offered me a potato.');
  await expect(rows(page).nth(0)).toContainText('나루 고침');
  await page.getByRole('button', { name: '장면으로' }).click();
  await page.keyboard.press('Control+j');
  await surface(page).click();
  await page.keyboard.press('Control+a');
  await panel(page).getByLabel('무엇을 도울까요').selectOption('번역');
  say(product, ...ENGLISH.map((text, at) => ({ id: `s${at + 1}`, text: at === 1 ? 'Seolhwa shook her head again.' : text })));
  await panel(page).getByRole('button', { name: '제안 받기' }).click();
  await panel(page).getByRole('button', { name: '번역으로 두기' }).click();
  const asked = page.getByRole('dialog', { name: '손으로 고친 번역이 1개 있습니다' });
  await asked.getByRole('button', { name: '고친 것은 두고 나머지만' }).click();
  await expect(rows(theirs.page).nth(1)).toContainText('Seolhwa shook her head again.');
  await expect(rows(theirs.page).nth(0)).toContainText('Jeomsun offered me a potato.');

  // A sentence that goes leaves an orphan; another in its place makes it stale, and is translated by hand; all of it is a file.
  // Keys that follow each other faster than a person’s may meet the text while it is drawn: what is selected is looked at first.
  await expect(async () => {
    await surface(page).locator('p').nth(1).click();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+End');
    await expect(panel(page).getByText(`고른 글 ${[...SENTENCES[2]!].length}자`)).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await page.keyboard.press('Backspace');
  await expect(rows(theirs.page).filter({ hasText: '원문이 없어짐' })).toHaveCount(1);
  await compose(page, '닭이 울었다.');
  await expect(stale(theirs.page)).toContainText('닭이 울었다.');
  await expect.poll(() => garam.text(projectId, documentId)).toContain('닭이 울었다.');
  await stale(theirs.page).getByRole('button', { name: '3번째 문장 고치기' }).click();
  await theirs.page.getByLabel(/번째 문장 · 번역/).fill('A rooster crowed.');
  await theirs.page.getByRole('button', { name: '저장', exact: true }).click();
  await expect.poll(async () => (await translated()).map(({ state }) => state)).toEqual(['current', 'current', 'current', 'current', 'current']);
  const [download] = await Promise.all([theirs.page.waitForEvent('download'), theirs.page.getByRole('button', { name: '내려받기' }).click()]);
  expect(await readFile(await download.path(), 'utf8')).toBe('\ufeffJeomsun offered me a potato. Seolhwa shook her head again.\nA rooster crowed.\nIt snowed. I did not even turn my head.');
  expect(wrong).toEqual([]);
  await Promise.all([mine.context.close(), theirs.context.close()]);
});

test('the glossary is the work’s, and whoever may only read sees it and the translation, and changes neither', async ({ browser, product }) => {
  const { garam, projectId, documentId, sceneUrl, url } = await aWork(product);
  const reader = await Person.register(product.core.url, '독자');
  await garam.invite(projectId, reader, 'reader');
  const wrong: string[] = [];
  const [mine, theirs] = [await aBrowserOf(browser, product, garam), await aBrowserOf(browser, product, reader)];
  await mine.page.goto(sceneUrl);
  await surface(mine.page).click();
  await compose(mine.page, `${SENTENCES[3]} ${SENTENCES[4]}`);
  await expect.poll(() => garam.text(projectId, documentId)).toContain('않았다.');

  // The page offers to translate what has no translation, and keeps it.
  await mine.page.goto(url);
  say(product, { id: 's1', text: 'It snowed.' }, { id: 's2', text: 'I did not turn.' });
  await mine.page.getByRole('button', { name: '옮기지 않은 2문장 옮기기' }).click();
  await mine.page.getByRole('button', { name: '번역으로 두기' }).click();
  await expect(rows(mine.page)).toHaveCount(2);

  await mine.page.getByRole('button', { name: '용어집', exact: true }).click();
  const sheet = mine.page.getByRole('dialog', { name: '작품의 용어집' });
  await sheet.getByLabel('원문의 말').fill('점순이');
  await sheet.getByLabel('옮긴 말').fill('Jeomsun');
  await sheet.getByLabel('메모 (없어도 됩니다)').fill('마름의 딸');
  await mine.page.keyboard.press('Enter');
  await expect(sheet.getByRole('listitem')).toHaveText(/점순이 → Jeomsun마름의 딸/);
  await expect(sheet.getByLabel('원문의 말')).toBeFocused();
  await sheet.getByLabel(/여러 개 한꺼번에/).fill('설화 = Seolhwa\n검 = sword');
  await sheet.getByRole('button', { name: '적은 2개를 작품의 용어집에 두기' }).click();
  await expect(sheet.getByRole('listitem')).toHaveCount(3);
  wrong.push(...(await complaints(mine.page, 'glossary')));
  await sheet.getByRole('button', { name: '검 빼기' }).click();
  await expect(sheet.getByRole('listitem')).toHaveCount(2);
  await mine.page.getByRole('button', { name: '되돌리기' }).click();
  await expect(sheet.getByRole('listitem')).toHaveCount(3);

  await theirs.page.goto(url);
  await expect(rows(theirs.page)).toHaveCount(2);
  await expect(theirs.page.getByText('읽기만 할 수 있습니다.')).toBeVisible();
  await expect(rows(theirs.page).getByRole('button')).toHaveCount(0);
  wrong.push(...(await complaints(theirs.page, 'reading only')));
  await theirs.page.getByRole('button', { name: '용어집', exact: true }).click();
  await expect(theirs.page.getByRole('dialog').getByRole('listitem')).toHaveCount(3);
  await expect(theirs.page.getByRole('dialog').getByRole('textbox')).toHaveCount(0);
  await theirs.page.keyboard.press('Escape');

  // Without the network it is still read, and says why it cannot be changed.
  await mine.page.keyboard.press('Escape');
  await mine.context.setOffline(true);
  await expect(mine.page.getByText('연결이 끊겨 번역을 바꿀 수 없습니다.')).toBeVisible();
  await expect(rows(mine.page)).toHaveCount(2);
  await expect(rows(mine.page).getByRole('button')).toHaveCount(0);
  wrong.push(...(await complaints(mine.page, 'offline')));
  await mine.context.setOffline(false);
  await expect(rows(mine.page).getByRole('button').first()).toBeVisible();

  // What goes wrong at the provider says so where one asked, and text that left is said to have left.
  await mine.page.goto(sceneUrl);
  await caretBefore(mine.page, surface(mine.page).locator('p').first());
  await compose(mine.page, '첫');
  await mine.page.goto(url);
  product.vendor.next({ status: 401 });
  await stale(mine.page)
    .getByRole('button', { name: /다시 옮기기/ })
    .click();
  await expect(stale(mine.page).getByRole('alert')).toContainText('키를 받지 않았습니다');
  await stale(mine.page).getByRole('button', { name: '버리기' }).click();
  await stale(mine.page)
    .getByRole('button', { name: /이대로 맞음/ })
    .click();
  await expect(stale(mine.page)).toHaveCount(0);
  expect(wrong).toEqual([]);
  await Promise.all([mine.context.close(), theirs.context.close()]);
});
