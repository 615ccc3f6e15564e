import type { Page } from '@playwright/test';
import { Person } from '../../bench/people.ts';
import { expect, linesOf, signIn, studioUrl, surface, test } from './product.ts';

/** Bytes of CP949, made by asking the decoder what every pair of bytes means; only what these texts need. */
function cp949(text: string): Buffer {
  const decoder = new TextDecoder('euc-kr');
  // 뷁 lies in the part that Microsoft added, which the decoder here does not know and our own must.
  const pairs = new Map<string, readonly [number, number]>([['뷁', [0x94, 0xee]]]);
  for (let lead = 0xfe; lead >= 0x81; lead -= 1) for (let trail = 0xfe; trail >= 0x41; trail -= 1) pairs.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);
  return Buffer.from([...text].flatMap((character) => (character.charCodeAt(0) < 0x80 ? [character.charCodeAt(0)] : [...pairs.get(character)!])));
}

/** Lets go of files over an element, as a person does who dragged them from a folder. */
async function dropFiles(page: Page, over: string, files: readonly { name: string; bytes: Buffer }[]): Promise<void> {
  const given = await page.evaluateHandle(
    (all) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of all) transfer.items.add(new File([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], name, { type: 'text/plain' }));
      return transfer;
    },
    files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })),
  );
  await page.dispatchEvent(over, 'dragover', { dataTransfer: given });
  await page.dispatchEvent(over, 'drop', { dataTransfer: given });
}

const FILLER = Array.from({ length: 60 }, (_, index) => `${index + 1}번째 밤에도 눈은 그치지 않았고 사람들은 불가에 모여 앉았다.`).join('\n');
const SERIAL = `1화 첫눈\n\n마을에 눈이 내렸다.\n\n2화 뷁의 밤\n\n${FILLER}\n이설화는 붉은 우산을 접었다.\n\n3화 새벽\n\n아무도 오지 않았다.\n\n4화 아침\n\n해가 떴다.\n`;
const SIDE = '외전 그 여름\n\n값진 여름이었다.\n'.normalize('NFD');

test('files dropped on the shelf become a work: looked over, changed, brought in, found again, and taken back', async ({ page, product }) => {
  const person = await Person.register(product.core.url, '가람');
  await signIn(page, product, person);
  await page.getByRole('heading', { name: '서가', exact: true }).waitFor();
  await dropFiles(page, 'main', [
    { name: '눈의 나라.txt', bytes: cp949(SERIAL) },
    { name: '외전.txt', bytes: Buffer.from(SIDE) },
  ]);

  await page.getByRole('button', { name: '5개 가져오기' }).waitFor();
  await expect(page.getByText(/CP949\(EUC-KR\)로 읽음/)).toBeVisible();
  await expect(page.getByText(/풀어 쓴 한글을 모음/)).toBeVisible();
  const titles = page.getByRole('textbox', { name: /번째 제목$/ });
  await titles.nth(0).fill('눈 오는 날');
  await page.getByRole('button', { name: '앞과 합치기' }).nth(3).click();
  await page.getByRole('button', { name: '4개 가져오기' }).click();
  await expect(page.getByText('4개를 차례에 넣었습니다.')).toBeVisible();
  const projectId = /\/p\/([^/]+)/.exec(page.url())![1]!;
  await page.getByRole('button', { name: '첫 회차 보기' }).click();
  await expect(page.getByRole('heading', { name: '눈 오는 날' })).toBeVisible();
  await expect.poll(async () => (await linesOf(page)).join('')).toContain('마을에 눈이 내렸다.');
  await expect(page.getByRole('button', { name: '눈의 나라 메뉴' })).toBeVisible();

  // The search reads the projection, which follows the writing by moments.
  const hits = async (wanted: string) => (await person.call<{ items: unknown[] }>('GET', `/projects/${projectId}/search?q=${encodeURIComponent(wanted)}`)).items.length;
  await expect.poll(() => hits('붉은 우산'), { timeout: 30_000 }).toBe(1);
  for (const [wanted, shown] of [
    ['붉은 우산', '붉은 우산'],
    ['ㅇㅅㅎ', '이설화'],
    ['값진', '값진'],
  ] as const) {
    await page.keyboard.press('Control+Shift+f');
    await page.getByRole('searchbox', { name: '찾을 말' }).fill(wanted);
    await page.getByRole('dialog').getByRole('button', { name: shown }).first().click();
    await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toBe(shown);
    await expect(surface(page)).toBeFocused();
    const seen = await page.evaluate(() => {
      const { top, bottom } = getSelection()!.getRangeAt(0).getBoundingClientRect();
      return top > 60 && bottom < innerHeight - 60;
    });
    expect(seen).toBe(true);
  }

  await page.goto(`${studioUrl(product)}/p/${projectId}/import`);
  await page.getByRole('button', { name: '가져오기 되돌리기' }).click();
  await expect(page.getByText(/^되돌렸습니다/).first()).toBeVisible();
  await expect(page.getByRole('tree').getByRole('treeitem')).toHaveCount(0);
  await expect(page.getByRole('button', { name: '가져오기 되돌리기' })).toHaveCount(0);
});

test('an archive that calls itself a text is refused in a sentence, and the text beside it is read', async ({ page, product }) => {
  const person = await Person.register(product.core.url, '나루');
  const projectId = await person.project('꾸러미');
  await signIn(page, product, person);
  await page.goto(`${studioUrl(product)}/p/${projectId}/import`);
  await page.getByText('여기에 파일을 놓거나').waitFor();
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004\u0014\u0000\u0000\u0000', 'latin1'), Buffer.from(Uint8Array.from({ length: 400 }, (_, index) => (index * 37) % 256))]);
  await dropFiles(page, '.border-dashed', [
    { name: '원고.txt', bytes: zip },
    { name: '진짜.txt', bytes: Buffer.from('1화 비\n\n비가 왔다.\n') },
  ]);
  await expect(page.getByRole('alert').filter({ hasText: '원고.txt: 글자로 읽을 수 없는 파일입니다.' })).toBeVisible();
  await expect(page.getByRole('button', { name: '1개 가져오기' })).toBeVisible();
});
