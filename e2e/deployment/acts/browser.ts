import { chromium, expect } from '@playwright/test';
import { findProgram } from '../../../bench/sync/peers.ts';
import { compose, linesOf, surface } from '../../studio/product.ts';
import { leftOut, passed } from '../house.ts';

const LINE = '비가 그친 골목에 달빛이 고였다.';

/** Someone registers, writes a line, and finds it after a reload, all through nginx. */
export async function browser(): Promise<void> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'].map(findProgram).find((path) => path !== null);
  if (!executablePath) return leftOut('no Chromium on this machine, so nobody writes in a browser');
  const window = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'] });
  try {
    const page = await window.newPage({ locale: 'ko-KR' });
    const click = (role: 'link' | 'button', name: string) => page.getByRole(role, { name, exact: true }).first().click();
    await page.goto('http://localhost/');
    await page.getByText('시작하기', { exact: true }).first().click();
    await page.getByLabel('이름').fill('라온');
    await page.getByLabel('이메일').fill(`drill-${Date.now()}@example.com`);
    await page.getByLabel('비밀번호').fill('달빛 골목의 열쇠 7');
    await click('button', '가입하기');
    await click('button', '새 작품');
    await page.getByLabel('제목').fill('회귀 기사');
    await click('button', '만들기');
    await click('button', '1화 쓰기');
    await surface(page).waitFor();
    await compose(page, LINE);
    await page
      .getByText(/저장됨/)
      .first()
      .waitFor();
    await page.reload();
    await expect.poll(() => linesOf(page), { timeout: 15_000 }).toEqual([LINE]);
    passed('in a browser through nginx: registered, written, saved, and there after a reload');
  } finally {
    await window.close();
  }
}
