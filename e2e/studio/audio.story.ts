import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { aWav } from '../../backend/ai/src/testing/recordings.ts';
import { Person } from '../../bench/people.ts';
import { aBrowserOf, compose, expect, linesOf, type Product, studioUrl, surface, test } from './product.ts';

/** A scene of somebody who turned help on and agreed. */
async function aScene(product: Product) {
  const garam = await Person.register(product.core.url, '가람');
  const projectId = await garam.project('동백꽃');
  const { nodeId, documentId } = await garam.scene(projectId, '1화');
  await garam.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: [{ provider: 'openai', notice: '2026-11-01' }] });
  const noteOf = async (): Promise<string | undefined> => (await garam.call<{ nodes: { id: string; note: string }[] }>('GET', `/projects/${projectId}/outline`)).nodes.find(({ id }) => id === nodeId)?.note;
  return { garam, projectId, documentId, noteOf, url: `${studioUrl(product)}/p/${projectId}/s/${nodeId}` };
}
const openPanel = (page: Page) => page.getByRole('button', { name: '집필 도움 (Ctrl J)' }).click();
const dictation = (page: Page) => page.getByRole('complementary', { name: '집필 도움' }).getByRole('region', { name: '받아 적기' });

/** The least a thumb needs (studio-design: targets of a phone), less what rounding may take. */
const TARGET_PX = 43.5;

/** What is wrong with the page as it is now, light and dark, for readers of every kind; on a phone with the panel for thumbs as well. */
async function complaints(page: Page, panel: Locator, screen: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const theme of ['light', 'dark']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).exclude('[data-base-ui-focus-guard]').analyze();
    for (const { id, nodes } of violations) for (const node of nodes) wrong.push(`${screen} ${theme}: ${id} at ${node.target.join(' ')} — ${node.failureSummary?.split('\n')[1]?.trim()}`);
  }
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (beyond > 0) wrong.push(`${screen}: ${beyond} px beside the edge`);
  if (page.viewportSize()!.width >= 768) return wrong;
  const small = await panel.locator('button, a[href], input:not([type=hidden]), select, textarea, audio').evaluateAll((targets, least) => {
    /** What a thumb meets: the thing itself, or what is laid around it. */
    const heightOf = (each: Element): number => {
      const around = getComputedStyle(each, '::after');
      return Math.max(each.getBoundingClientRect().height, around.position === 'absolute' ? Number.parseFloat(around.height) : 0);
    };
    return targets
      .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !each.classList.contains('sr-only') && each.getBoundingClientRect().width > 1 && heightOf(each) < least)
      .map((each) => `${each.getAttribute('aria-label') ?? each.textContent} is ${Math.round(heightOf(each))} px high`);
  }, TARGET_PX);
  return [...wrong, ...small.map((what) => `${screen}: ${what}`)];
}

test('a recording is written down and put into the scene’s note, and never into the prose', async ({ browser, product }) => {
  const { garam, projectId, noteOf, url } = await aScene(product);
  const { page, context } = await aBrowserOf(browser, product, garam);
  await page.goto(url);
  await surface(page).waitFor();
  await openPanel(page);
  const part = dictation(page);
  await expect(part).toContainText('OpenAI(gpt-4o-mini-transcribe)에 보내');
  const wav = aWav(2);
  const choose = () => part.getByLabel('녹음 파일 고르기').setInputFiles({ name: '산책하며.wav', mimeType: 'audio/wav', buffer: wav });
  const heard = product.vendor.heard.length;

  // A choice sends nothing yet.
  await choose();
  await expect(part).toContainText('산책하며.wav · 32 KiB');
  expect(product.vendor.heard.length).toBe(heard);
  product.vendor.hearing = () => ({ text: '점순이는 감자를 건넨다.', usage: { type: 'tokens', input_tokens: 20, output_tokens: 9, total_tokens: 29 } });
  await part.getByRole('button', { name: '보내서 적기' }).click();
  const text = part.getByLabel('받아 적은 글');
  await expect(text).toHaveValue('점순이는 감자를 건넨다.');
  await expect(text).toBeFocused();
  const sent = product.vendor.heard.at(-1)!;
  expect([sent.name, sent.bytes.equals(wav)]).toEqual(['recording.wav', true]);

  // It is put right by hand and by the keyboard alone, and comes after what the note says.
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' ^^');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(part.getByText('점순이는 감자를 건넨다. ^^')).toBeVisible();
  await expect.poll(noteOf).toBe('점순이는 감자를 건넨다. ^^');
  product.vendor.hearing = () => ({ text: '닭이 운다.' });
  await choose();
  await part.getByRole('button', { name: '보내서 적기' }).click();
  await part.getByRole('button', { name: '이 장면의 메모에 더하기' }).click();
  await expect.poll(noteOf).toBe('점순이는 감자를 건넨다. ^^\n\n닭이 운다.');
  expect(await linesOf(page)).toEqual(['']);

  // What goes wrong says what happened and whether the recording left.
  product.vendor.hearing = () => ({ status: 401 });
  await choose();
  await part.getByRole('button', { name: '보내서 적기' }).click();
  await expect(part.getByRole('alert')).toContainText('키를 받지 않았습니다');
  await expect(part.getByRole('alert')).toContainText('녹음이 나갔습니다');
  await part.getByLabel('녹음 파일 고르기').setInputFiles({ name: '그림.wav', mimeType: 'audio/wav', buffer: Buffer.from('이것은 녹음이 아니다') });
  await part.getByRole('button', { name: '보내서 적기' }).click();
  await expect(part.getByRole('alert')).toContainText('녹음으로 읽을 수 없는 파일');
  await expect(part.getByRole('alert')).toContainText('녹음은 나가지 않았습니다');

  // Stopped, the provider's connection is closed as well.
  product.vendor.hearing = () => new Promise(() => undefined);
  await choose();
  await part.getByRole('button', { name: '보내서 적기' }).click();
  await product.vendor.untilStreams(1);
  await part.getByRole('button', { name: '멈추기' }).click();
  await product.vendor.untilStreams(0);
  await expect(part.getByRole('alert')).toContainText('멈추었습니다');

  await page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
  await expect(page.getByRole('listitem').filter({ hasText: '받아 적기 · 멈춤' })).toContainText('녹음이 나갔습니다');
  await expect(page.getByRole('listitem').filter({ hasText: '29토큰' })).toContainText('쓴 사람: 가람');
  await context.close();
});

test('what is said into the microphone is recorded here and sent when the person says so', async ({ browser, product }) => {
  const { garam, url } = await aScene(product);
  const { page, context } = await aBrowserOf(browser, product, garam);
  await page.goto(url);
  await surface(page).waitFor();
  await openPanel(page);
  const part = dictation(page);
  // Who does not let it hear is told so.
  await part.getByRole('button', { name: '녹음 시작' }).click();
  await expect(part.getByRole('alert')).toContainText('마이크를 쓸 수 없습니다');
  await context.grantPermissions(['microphone']);
  const heard = product.vendor.heard.length;
  await part.getByRole('button', { name: '녹음 시작' }).click();
  await expect(part).toContainText(/녹음 중 0:0[1-9]/);
  await part.getByRole('button', { name: '녹음 끝내기' }).click();
  await expect(part).toContainText('방금 한 녹음');
  expect(product.vendor.heard.length).toBe(heard);
  product.vendor.hearing = () => ({ text: '삐.' });
  await part.getByRole('button', { name: '보내서 적기' }).click();
  await expect(part.getByLabel('받아 적은 글')).toHaveValue('삐.');
  const { name, type, bytes } = product.vendor.heard.at(-1)!;
  expect([name, type, bytes.length > 1_000]).toEqual(['recording.webm', 'audio/webm', true]);
  await context.close();
});

test('the lines of a reading script are heard, one of them or all, and stopped', async ({ browser, product }) => {
  const { garam, projectId, documentId, url } = await aScene(product);
  const { page, context } = await aBrowserOf(browser, product, garam);
  await page.goto(url);
  await surface(page).click();
  await compose(page, '설화는 문을 두드렸다.\n“거기 누구 있어요?”');
  await expect.poll(() => garam.text(projectId, documentId)).toContain('거기 누구');
  await openPanel(page);
  const panel = page.getByRole('complementary', { name: '집필 도움' });
  await surface(page).click();
  await page.keyboard.press('Control+a');
  await panel.getByLabel('무엇을 도울까요').selectOption('낭독 대본');
  product.vendor.next({
    pieces: [
      { quote: '설화는 문을 두드렸다.', speaker: '해설' },
      { quote: '“거기 누구 있어요?”', speaker: '설화' },
    ].map((row) => `${JSON.stringify({ emotion: '', pauseMs: 100, item: 1, ...row })}\n`),
  });
  await panel.getByRole('button', { name: '제안 받기' }).click();
  const script = panel.getByRole('region', { name: '낭독 대본' });
  await expect(script).toContainText('gpt-4o-mini-tts');
  const inputs = () => product.vendor.spoken.map(({ asked }) => (asked as { input: string }).input);
  const before = inputs().length;
  expect(before).toBe(0);

  // One line, by the keyboard.
  product.vendor.speaking = () => ({ pieces: [aWav(3)] });
  await script.getByRole('button', { name: '2번째 줄 듣기' }).focus();
  await page.keyboard.press('Enter');
  await expect(script).toContainText('2번째 줄을 읽는 중');
  const isPlaying = () => script.locator('audio').evaluate((player: HTMLAudioElement) => !player.paused && player.currentTime > 0);
  await expect.poll(isPlaying).toBe(true);
  await page.keyboard.press('Enter');
  await expect(script).not.toContainText('읽는 중');
  expect([await isPlaying(), inputs()]).toEqual([false, ['“거기 누구 있어요?”']]);

  // All, one after another, each asked for in its turn.
  product.vendor.speaking = () => ({ pieces: [aWav(1)] });
  await script.getByRole('button', { name: '모두 듣기' }).click();
  await expect(script).toContainText('1번째 줄을 읽는 중');
  await expect(script).toContainText('2번째 줄을 읽는 중');
  await expect(script.getByRole('button', { name: '모두 듣기' })).toBeVisible();
  expect(inputs().slice(1)).toEqual(['설화는 문을 두드렸다.', '“거기 누구 있어요?”']);

  // What goes wrong is said.
  const failing = script.getByRole('alert');
  product.vendor.speaking = () => ({ status: 429 });
  await script.getByRole('button', { name: '1번째 줄 듣기' }).click();
  await expect(failing).toContainText('지금 요청을 더 받지 않습니다');
  await expect(failing).toContainText('글이 나갔습니다');
  product.vendor.speaking = () => ({ pieces: [aWav(1).subarray(0, 1_000)], cut: true });
  await script.getByRole('button', { name: '1번째 줄 듣기' }).click();
  // Before the first of it the provider failed; after it the sound broke off.
  await expect(failing).toContainText(/문제가 생겨|끊겼습니다/);

  await page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
  await expect(page.getByRole('listitem').filter({ hasText: /낭독(?! 대본)/ })).toHaveCount(5);
  await context.close();
});

for (const { width, height, kind } of [
  { width: 1440, height: 900, kind: 'complementary' },
  { width: 390, height: 844, kind: 'dialog' },
] as const) {
  test(`dictation and reading aloud are for readers of every kind, ${width} wide, light and dark`, async ({ browser, product }) => {
    test.setTimeout(180_000);
    const { garam, projectId, documentId, url } = await aScene(product);
    const { page, context } = await aBrowserOf(browser, product, garam);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    await page.goto(url);
    await surface(page).click();
    await compose(page, '설화는 문을 두드렸다.\n“거기 누구 있어요?”');
    await expect.poll(() => garam.text(projectId, documentId)).toContain('거기 누구');
    await page.keyboard.press('Control+a');
    await openPanel(page);
    const panel = page.getByRole(kind, { name: '집필 도움' });
    const part = panel.getByRole('region', { name: '받아 적기' });
    const wrong: string[] = [];
    const look = async (screen: string) => wrong.push(...(await complaints(page, panel, `${screen} ${width}`)));
    await part.getByRole('button', { name: '녹음 시작' }).click();
    await part.getByRole('alert').waitFor();
    await look('no microphone');
    const choose = () => part.getByLabel('녹음 파일 고르기').setInputFiles({ name: '산책하며.wav', mimeType: 'audio/wav', buffer: aWav(2) });
    await choose();
    await part.getByText('산책하며.wav').waitFor();
    await look('a recording chosen');
    product.vendor.hearing = () => new Promise(() => undefined);
    await part.getByRole('button', { name: '보내서 적기' }).click();
    await product.vendor.untilStreams(1);
    await look('being written down');
    await part.getByRole('button', { name: '멈추기' }).click();
    await product.vendor.untilStreams(0);
    product.vendor.hearing = () => ({ text: '점순이는 감자를 건넨다.' });
    await choose();
    await part.getByRole('button', { name: '보내서 적기' }).click();
    await part.getByLabel('받아 적은 글').waitFor();
    await look('what was said');

    await panel.getByLabel('무엇을 도울까요').selectOption('낭독 대본');
    product.vendor.next({ pieces: ['설화는 문을 두드렸다.', '“거기 누구 있어요?”'].map((quote) => `${JSON.stringify({ speaker: '설화', emotion: '떨며', pauseMs: 100, item: 1, quote })}\n`) });
    await panel.getByRole('button', { name: '제안 받기' }).click();
    const script = panel.getByRole('region', { name: '낭독 대본' });
    await script.getByRole('button', { name: '모두 듣기' }).waitFor();
    await look('a reading script');
    product.vendor.speaking = () => ({ pieces: [aWav(120)] });
    await script.getByRole('button', { name: '2번째 줄 듣기' }).click();
    await expect(script).toContainText('2번째 줄을 읽는 중');
    await look('a line being heard');
    await script.getByRole('button', { name: '멈추기' }).first().click();
    product.vendor.speaking = () => ({ status: 429 });
    await script.getByRole('button', { name: '1번째 줄 듣기' }).click();
    await script.getByRole('alert').waitFor();
    await look('a line that failed');
    expect(wrong).toEqual([]);
    await context.close();
  });
}
