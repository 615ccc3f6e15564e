import { type Browser, type BrowserContext, expect, type Locator, type Page, test as base } from '@playwright/test';
import { aVendor, type Vendor } from '../../backend/ai/src/testing/vendor.ts';
import { Person } from '../../bench/people.ts';
import { type Stack, startStack } from '../../bench/stack.ts';

/** A running product for a file of stories, and who stands in for a maker of models; every story registers people of its own. */
export type Product = Stack & { vendor: Vendor };

export const test = base.extend<{ strangers: void }, { product: Product }>({
  product: [
    async ({}, use) => {
      await using vendor = await aVendor();
      const ai = {
        OPENAI_API_KEY: 'a key of these stories',
        OPENAI_BASE_URL: vendor.url,
        OPENAI_MODEL: 'gpt-5.6',
        COWRITE_AI_PRICES: 'gpt-5.6=1.25/10',
        COWRITE_AI_EMBEDDING_PROVIDER: 'openai',
        COWRITE_AI_EMBEDDING_MODEL: 'text-embedding-3-small',
        COWRITE_AI_TRANSCRIPTION_PROVIDER: 'openai',
        COWRITE_AI_TRANSCRIPTION_MODEL: 'gpt-4o-mini-transcribe',
        COWRITE_AI_SPEECH_PROVIDER: 'openai',
        COWRITE_AI_SPEECH_MODEL: 'gpt-4o-mini-tts',
      };
      await using stack = await startStack({ studio: true, envOf: { ai } });
      await use(Object.assign(stack, { vendor }));
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  // Nothing a page does may leave this machine.
  strangers: [
    async ({ context }, use) => {
      const strangers: string[] = [];
      context.on('request', (request) => {
        const { hostname, protocol } = new URL(request.url());
        if (/^https?:$/.test(protocol) && !['localhost', '127.0.0.1'].includes(hostname)) strangers.push(request.url());
      });
      await use();
      expect(strangers).toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };

export const studioUrl = (product: Stack): string => `http://localhost:${product.studio!.port}`;

/** The writing surface. */
export const surface = (page: Page) => page.getByRole('textbox', { name: '본문' });

/** Signs a person in on a page. */
export async function signIn(page: Page, product: Stack, person: Person): Promise<void> {
  await page.goto(`${studioUrl(product)}/login`);
  await page.getByLabel('이메일').fill(person.email);
  await page.getByLabel('비밀번호').fill(person.password);
  await page.getByRole('button', { name: '로그인', exact: true }).click();
  await page.waitForURL('**/shelf');
}

/** A browser of one's own, signed in. */
export async function aBrowserOf(browser: Browser, product: Stack, person: Person): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ locale: 'ko-KR', timezoneId: 'Asia/Seoul', viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await signIn(page, product, person);
  return { context, page };
}

/**
 * Sets the caret before a paragraph. A key that follows a click faster than a person's may meet the text while it is drawn, so
 * that where the caret is, is looked at after the next frame, and it is set again when it is elsewhere.
 */
export async function caretBefore(page: Page, paragraph: Locator): Promise<void> {
  await expect(async () => {
    await paragraph.click();
    await page.keyboard.press('Home');
    const isBefore = await paragraph.evaluate(async (element) => {
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const { anchorNode, anchorOffset, isCollapsed } = document.getSelection()!;
      if (!isCollapsed || !element.contains(anchorNode)) return false;
      const before = document.createRange();
      before.setStart(element, 0);
      before.setEnd(anchorNode!, anchorOffset);
      return before.toString() === '';
    });
    expect(isBefore).toBe(true);
  }).toPass();
}

/** Types Hangul as a person does: jamo by jamo through the composition the browser offers to input methods. */
export async function compose(page: Page, text: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (const character of text) {
    if (/[가-힣]/.test(character)) {
      for (const step of steps(character)) await session.send('Input.imeSetComposition', { text: step, selectionStart: step.length, selectionEnd: step.length });
      await session.send('Input.insertText', { text: character });
    } else if (character === '\n') await page.keyboard.press('Enter');
    else await page.keyboard.type(character);
  }
  await session.detach();
}

const INITIALS = [...'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'];

/** What the composition shows while a syllable is typed: ㅎ, 하, 한. */
function steps(syllable: string): string[] {
  const code = syllable.charCodeAt(0) - 0xac00;
  const initial = Math.floor(code / 588);
  const open = 0xac00 + initial * 588 + Math.floor((code % 588) / 28) * 28;
  const shown = [INITIALS[initial]!, String.fromCharCode(open)];
  if (code % 28 > 0) shown.push(syllable);
  return shown;
}

/** The text of the surface, a line a block. */
export const linesOf = (page: Page): Promise<string[]> => surface(page).evaluate((element) => [...element.children].map((block) => block.textContent ?? ''));
