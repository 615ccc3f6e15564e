import type { CDPSession, Page } from '@playwright/test';
import { Person } from '../../bench/people.ts';
import { compose, expect, linesOf, signIn, studioUrl, surface, test } from './product.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

/** Takes a part of the screen away, as a soft keyboard or a turn of the phone does; the screen itself stays as it is. */
const resize = (phone: CDPSession, [width, height]: readonly [number, number], screen: readonly [number, number]) =>
  phone.send('Emulation.setDeviceMetricsOverride', { width, height, screenWidth: screen[0], screenHeight: screen[1], deviceScaleFactor: 2, mobile: true });

/** What covers the line of the caret, or how far it is out of sight; the empty string when a person sees it. */
const hiding = (page: Page) =>
  page.evaluate(() => {
    const range = getSelection()!.getRangeAt(0);
    const node = range.startContainer;
    const rect = range.getClientRects()[0] ?? (node instanceof Element ? node : node.parentElement!).getBoundingClientRect();
    const { top, bottom, left } = rect;
    if (top < 0 || bottom > visualViewport!.height) return `the caret is at ${Math.round(top)}–${Math.round(bottom)} of ${Math.round(visualViewport!.height)}`;
    const over = document.elementFromPoint(left, (top + bottom) / 2);
    return over?.closest('.manuscript') ? '' : `the caret is under ${over?.outerHTML.slice(0, 120)}`;
  });

test('J14: on a phone one logs in, goes on with the last scene, and sees what one writes', async ({ page, product }) => {
  const person = await Person.register(product.core.url, '가람');
  const projectId = await person.project('걸으며 쓰는 글');
  const { nodes } = await person.call<{ nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '버스' });
  const sceneId = nodes.find(({ kind }) => kind === 'scene')!.id;
  await person.call('PUT', `/projects/${projectId}/last-place`, { nodeId: sceneId });

  await signIn(page, product, person);
  await page.getByRole('link', { name: '이어 쓰기' }).tap();
  await surface(page).waitFor();
  expect(page.url()).toBe(`${studioUrl(product)}/p/${projectId}/s/${sceneId}`);

  const phone = await page.context().newCDPSession(page);
  await surface(page).tap();
  await resize(phone, [390, 470], [390, 844]);
  const bar = page.getByRole('navigation', { name: '화면 이동' });
  await expect(bar).toBeHidden();
  const written: string[] = [];
  for (let line = 1; line <= 14; line += 1) {
    const words = `정류장 ${line}번째 줄.`;
    written.push(words);
    await compose(page, line === 14 ? words : `${words}\n`);
  }
  expect(await linesOf(page)).toEqual(written);
  await expect.poll(() => hiding(page)).toBe('');
  await expect(page.getByText('저장됨', { exact: true })).toBeInViewport();
  await expect(page.getByLabel('글자 수').getByText(/^\d+자$/)).toBeInViewport();
  await expect(page.getByRole('button', { name: /^굵게/ })).toBeInViewport();

  // The keyboard goes and comes back over a caret that stands low.
  await resize(phone, [390, 844], [390, 844]);
  await expect(bar).toBeVisible();
  await expect.poll(() => hiding(page)).toBe('');
  await resize(phone, [390, 400], [390, 844]);
  await expect(bar).toBeHidden();
  await expect.poll(() => hiding(page)).toBe('');

  // Turned: the text and the caret stay where they are, nothing hangs over the edge.
  await resize(phone, [844, 390], [844, 390]);
  await expect.poll(() => hiding(page)).toBe('');
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  await compose(page, ' 돌렸다.');
  await resize(phone, [390, 844], [390, 844]);
  await expect(page.getByText('저장됨', { exact: true })).toBeInViewport();
  await expect.poll(() => hiding(page)).toBe('');
  expect((await linesOf(page)).at(-1)).toBe('정류장 14번째 줄. 돌렸다.');

  await page.getByRole('button', { name: '차례', exact: true }).tap();
  await expect(page.getByRole('dialog', { name: '차례' }).getByRole('treeitem')).toHaveCount(1);
});
