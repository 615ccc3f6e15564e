import { aBrowserOf, expect, studioUrl, test } from './product.ts';
import { Person } from '../../bench/people.ts';
import type { Page } from '@playwright/test';

/** A picture as a browser draws one: what a person would choose from their disk. */
const drawn = (page: Page, colour: string): Promise<Buffer> =>
  page
    .evaluate(async (fill) => {
      const canvas = new OffscreenCanvas(600, 800);
      const pen = canvas.getContext('2d')!;
      pen.fillStyle = fill;
      pen.fillRect(0, 0, 600, 800);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
    }, colour)
    .then((bytes) => Buffer.from(bytes));

const isDrawn = (page: Page, name: string) => expect.poll(() => page.getByRole('img', { name }).evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);

test('a cover is hung, seen by the others on their shelf, replaced and taken down', async ({ browser, product }) => {
  const [owner, reader] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '독자')];
  const projectId = await owner.project('동백꽃');
  await owner.invite(projectId, reader, 'reader');
  const { page, context } = await aBrowserOf(browser, product, owner);
  await page.goto(`${studioUrl(product)}/p/${projectId}/home`);
  const chooser = page.locator('input[type=file]');
  await chooser.setInputFiles({ name: 'cover.png', mimeType: 'image/png', buffer: await drawn(page, '#8a3324') });
  await isDrawn(page, '동백꽃 표지');
  await expect(page.getByRole('button', { name: '다른 그림으로' })).toBeVisible();

  const others = await aBrowserOf(browser, product, reader);
  await isDrawn(others.page, '동백꽃 표지');
  await others.page.goto(`${studioUrl(product)}/p/${projectId}/home`);
  await isDrawn(others.page, '동백꽃 표지');
  await expect(others.page.getByRole('button', { name: '표지 빼기' })).toHaveCount(0);

  await chooser.setInputFiles({ name: 'cover.png', mimeType: 'image/png', buffer: Buffer.from('<script>alert(1)</script>') });
  await expect(page.getByRole('alert').filter({ hasText: '받을 수 없는 형식' })).toBeVisible();
  await isDrawn(page, '동백꽃 표지');

  const before = await page.getByRole('img', { name: '동백꽃 표지' }).getAttribute('src');
  await chooser.setInputFiles({ name: 'other.png', mimeType: 'image/png', buffer: await drawn(page, '#24578a') });
  await expect.poll(() => page.getByRole('img', { name: '동백꽃 표지' }).getAttribute('src')).not.toBe(before);
  await isDrawn(page, '동백꽃 표지');
  await page.getByRole('button', { name: '표지 빼기' }).click();
  await expect(page.getByRole('img', { name: '동백꽃 표지' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: '표지 고르기' })).toBeVisible();
  await Promise.all([context.close(), others.context.close()]);
});
