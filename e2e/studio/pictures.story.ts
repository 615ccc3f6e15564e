import { aBrowserOf, compose, expect, linesOf, studioUrl, surface, test } from './product.ts';
import { Person } from '../../bench/people.ts';
import type { Page } from '@playwright/test';

/** A picture as a browser draws one: what a person would choose from their disk. */
const drawn = (page: Page, width = 900, height = 600): Promise<Buffer> =>
  page
    .evaluate(
      async ([wide, high]) => {
        const canvas = new OffscreenCanvas(wide!, high!);
        const pen = canvas.getContext('2d')!;
        pen.fillStyle = '#5b7f95';
        pen.fillRect(0, 0, wide!, high!);
        pen.fillStyle = '#e8d9b5';
        pen.arc(wide! * 0.7, high! * 0.3, high! / 8, 0, 7);
        pen.fill();
        return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
      },
      [width, height],
    )
    .then((bytes) => Buffer.from(bytes));

const isSeen = (page: Page, at = 0) =>
  expect
    .poll(() =>
      page
        .locator('.block-image img')
        .nth(at)
        .evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0),
    )
    .toBe(true);

test('a picture comes into the text, is seen by the others, says what it shows, and is taken back', async ({ browser, product }) => {
  const [owner, other] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '나루')];
  const projectId = await owner.project('동백꽃');
  await owner.invite(projectId, other, 'writer');
  const { documentId, nodeId } = await owner.scene(projectId, '1화');
  const mine = await aBrowserOf(browser, product, owner);
  const theirs = await aBrowserOf(browser, product, other);
  for (const { page } of [mine, theirs]) {
    await page.goto(`${studioUrl(product)}/p/${projectId}/s/${nodeId}`);
    await surface(page).click();
  }
  const { page } = mine;
  await compose(page, '달이 떴다.');
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: '그림 넣기' }).click();
  await (await chosen).setFiles({ name: 'moon.png', mimeType: 'image/png', buffer: await drawn(page) });
  await isSeen(page);
  // What is typed next stands behind it.
  await compose(page, '그리고 졌다.');
  await expect(surface(page).locator('p')).toHaveText(['달이 떴다.', '그리고 졌다.']);
  await expect(page.getByText('저장됨')).toBeVisible();
  await isSeen(theirs.page);

  await page.locator('.block-image img').click();
  const alt = page.getByRole('textbox', { name: '무엇을 그린 그림인지' });
  await alt.click();
  await compose(page, '물 위의 달');
  await page.keyboard.press('Enter');
  await expect(theirs.page.getByRole('img', { name: '물 위의 달' })).toBeVisible();

  // Text is text: the picture is nothing that is counted, searched or read out by a program.
  await expect.poll(() => owner.text(projectId, documentId)).toBe('달이 떴다.\n그리고 졌다.');

  await theirs.page.reload();
  await isSeen(theirs.page);
  await page.locator('.block-image img').click();
  await page.keyboard.press('Backspace');
  await expect(theirs.page.locator('.block-image')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await isSeen(theirs.page);
  await Promise.all([mine.context.close(), theirs.context.close()]);
});

test('a picture is pasted, one that is none is refused and leaves the text alone, a reader brings none', async ({ browser, product }) => {
  const [owner, reader] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '독자')];
  const projectId = await owner.project('동백꽃');
  await owner.invite(projectId, reader, 'reader');
  const { nodeId } = await owner.scene(projectId, '1화');
  const { page, context } = await aBrowserOf(browser, product, owner);
  await page.goto(`${studioUrl(product)}/p/${projectId}/s/${nodeId}`);
  await surface(page).click();
  await compose(page, '첫 줄');
  const paste = async (bytes: Buffer, type: string) =>
    surface(page).evaluate(
      (element, [data, mime]) => {
        const given = new DataTransfer();
        given.items.add(new File([new Uint8Array(data as number[])], 'picture', { type: mime as string }));
        element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: given, bubbles: true, cancelable: true }));
      },
      [[...bytes], type] as const,
    );
  await paste(await drawn(page, 300, 500), 'image/png');
  await isSeen(page);
  await paste(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'image/svg+xml');
  await expect(page.getByRole('region', { name: '알림' })).toContainText('받을 수 없는 형식');
  await expect(page.locator('.block-image')).toHaveCount(1);
  expect((await linesOf(page)).filter((line) => line !== '')).toEqual(['첫 줄']);
  // Gone from the service, it keeps its place and says so.
  await product.media!.end('SIGKILL');
  await page.reload();
  await expect(page.locator('.block-image.is-away')).toHaveAttribute('data-away', '그림을 볼 수 없습니다');
  await product.media!.start();

  const others = await aBrowserOf(browser, product, reader);
  await others.page.goto(`${studioUrl(product)}/p/${projectId}/s/${nodeId}`);
  await isSeen(others.page);
  await expect(others.page.getByRole('button', { name: '그림 넣기' })).toBeDisabled();
  await Promise.all([context.close(), others.context.close()]);
});
