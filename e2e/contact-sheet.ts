// `npm run sheet`: every screen × 390 and 1440 px × light and dark × Korean and English, with the demo work in it, into
// docs/contact-sheet/ (not kept), and the picture of the READMEs into docs/images/. To be looked at by whoever changes the
// studio, before and after.
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { Person } from '../bench/people.ts';
import { root, startStack } from '../bench/stack.ts';
import { prepareBrowser } from '../scripts/prepare.mjs';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const THEMES = ['light', 'dark'] as const;
const LOCALES = ['ko', 'en'] as const;
const OUT = join(root, 'docs/contact-sheet');
const TO_IMPORT = '1화 첫눈\n\n마을에 눈이 내렸다. 아무도 발자국을 남기지 않았다.\n\n2화 붉은 우산\n\n이설화는 우산을 접었다.\n\n3화 새벽\n\n종이 두 번 울렸다.\n';

interface Account {
  email: string;
  password: string;
}
interface Node {
  id: string;
  kind: string;
  title: string;
  parentId: string | null;
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
await mkdir(join(root, 'docs/images'), { recursive: true });
await using stack = await startStack({ studio: true });
const studio = `http://localhost:${stack.studio!.port}`;
await promisify(execFile)(process.execPath, [join(root, 'scripts/demo.mjs')], { env: { ...process.env, CORE_URL: stack.core.url, COWRITE_DATA: stack.folder } });
const author = JSON.parse(await readFile(join(stack.folder, 'demo.json'), 'utf8')) as Account;

const browser = await chromium.launch({ executablePath: prepareBrowser(), args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'] });
let pictures = 0;
try {
  const work = await furnish();
  for (const locale of LOCALES) await photograph(locale, work);
  await photographWriting(work);
} finally {
  await browser.close();
}
process.stdout.write(`${pictures} pictures in ${OUT}\n`);

/** What the demo leaves out: a second writer, an open invitation, something in the trash. */
async function furnish() {
  const context = await aContext(browser, 'ko', author);
  const call = async <T>(method: 'get' | 'post', path: string, data?: unknown): Promise<T> => {
    const answer = await context.request[method](`http://localhost:${stack.core.port}${path}`, { headers: { 'x-requested-with': 'contact-sheet', origin: studio }, ...(data === undefined ? {} : { data }) });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const [project] = (await call<{ items: { id: string }[] }>('get', '/projects')).items;
  const projectId = project!.id;
  const friend = await Person.register(stack.core.url, '나루');
  const { code } = await call<{ code: string }>('post', `/projects/${projectId}/invitations`, { role: 'writer' });
  await friend.call('POST', `/invitations/${code}/accept`);
  const gone = await call<{ id: string }>('post', `/projects/${projectId}/outline`, { kind: 'scene', title: '쓰지 않기로 한 결말' });
  await call('post', `/projects/${projectId}/outline/trash`, { nodeIds: [gone.id] });
  const { nodes } = await call<{ nodes: Node[] }>('get', `/projects/${projectId}/outline`);
  await context.close();
  const chapters = nodes.filter(({ kind, parentId }) => kind === 'chapter' && parentId !== null);
  const chapter = chapters[1] ?? chapters[0]!;
  const scene = nodes.find(({ kind, parentId }) => kind === 'scene' && parentId === chapter.id)!;
  return { projectId, chapterId: chapter.parentId!, sceneId: scene.id, friend };
}

async function aContext(from: Browser, locale: (typeof LOCALES)[number], account: Account | null): Promise<BrowserContext> {
  const context = await from.newContext({ locale: locale === 'ko' ? 'ko-KR' : 'en-GB', timezoneId: 'Asia/Seoul', viewport: SIZES[0], reducedMotion: 'reduce' });
  await context.addCookies([{ name: 'cowrite-locale', value: locale, url: studio }]);
  if (account) {
    const page = await context.newPage();
    await page.goto(`${studio}/login`);
    await page.locator('[name=email]').fill(account.email);
    await page.locator('[name=password]').fill(account.password);
    await page.locator('[type=submit]').click();
    await page.waitForURL('**/shelf');
    // Someone signed in reads in the account's language, whatever the browser prefers.
    await context.request.patch(`http://localhost:${stack.core.port}/auth/me`, { headers: { 'x-requested-with': 'contact-sheet', origin: studio }, data: { locale } });
    await page.close();
  }
  return context;
}

/** Puts a theme on, by the system's preference and by the page's own mark, and waits for a frame in it. */
async function wear(page: Page, theme: (typeof THEMES)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.evaluate((chosen) => {
    document.documentElement.dataset['theme'] = chosen;
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }, theme);
}

/** One screen in every size and theme. */
async function take(page: Page, locale: string, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const theme of THEMES) {
      await wear(page, theme);
      await page.screenshot({ path: join(OUT, `${name}-${size.width}-${theme}-${locale}.png`), caret: 'initial' });
      pictures += 1;
    }
  }
  await page.setViewportSize(SIZES[0]);
}

async function photograph(locale: (typeof LOCALES)[number], { projectId, chapterId, sceneId }: Awaited<ReturnType<typeof furnish>>): Promise<void> {
  const stranger = await aContext(browser, locale, null);
  const outside = await stranger.newPage();
  for (const [name, path] of [
    ['door', '/'],
    ['join', '/join'],
    ['login', '/login'],
    ['not-found', '/no-such-page'],
  ] as const) {
    await outside.goto(studio + path, { waitUntil: 'networkidle' });
    await take(outside, locale, name);
  }
  await stranger.close();

  const newcomer = await Person.register(stack.core.url, '새봄');
  const fresh = await aContext(browser, locale, newcomer);
  const empty = await fresh.newPage();
  await empty.goto(`${studio}/shelf`, { waitUntil: 'networkidle' });
  await take(empty, locale, 'shelf-empty');
  await empty.goto(`${studio}/p/${await newcomer.project('첫 작품')}`);
  await empty.getByRole('main').getByRole('button').first().waitFor();
  await take(empty, locale, 'work-empty');
  await empty.getByRole('main').getByRole('button').first().click();
  await empty.locator('.manuscript').waitFor();
  await take(empty, locale, 'writing-empty');
  await fresh.close();

  const context = await aContext(browser, locale, author);
  const page = await context.newPage();
  const open = async (path: string, ready: string) => {
    await page.goto(studio + path, { waitUntil: 'networkidle' });
    await page.locator(ready).first().waitFor();
  };
  await open('/shelf', 'h2');
  await take(page, locale, 'shelf');
  await open('/account', 'h2');
  await take(page, locale, 'account');
  for (const name of ['home', 'people', 'trash', 'import']) {
    await open(`/p/${projectId}/${name}`, 'main h1');
    await take(page, locale, name);
  }
  await page.locator('input[type=file]').setInputFiles({ name: '눈의 나라.txt', mimeType: 'text/plain', buffer: Buffer.from(TO_IMPORT) });
  await page.locator('main ol').waitFor();
  await take(page, locale, 'import-preview');
  await open(`/p/${projectId}/c/${chapterId}`, '.manuscript');
  await take(page, locale, 'continuous');
  await open(`/p/${projectId}/s/${sceneId}`, '.manuscript');
  await take(page, locale, 'writing');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await take(page, locale, 'palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+f');
  await page.getByRole('dialog').getByRole('searchbox').fill('안개');
  await page.getByRole('dialog').locator('mark').first().waitFor();
  await take(page, locale, 'search');
  await page.keyboard.press('Escape');
  await page.setViewportSize(SIZES[1]);
  await page.locator('.studio-bottom button').first().click();
  await page.getByRole('dialog').getByRole('tree').waitFor();
  for (const theme of THEMES) {
    await wear(page, theme);
    await page.screenshot({ path: join(OUT, `outline-390-${theme}-${locale}.png`) });
    pictures += 1;
  }
  await context.close();
}

/** The picture of the READMEs: two people in one scene, the second one's caret awake in the text. */
async function photographWriting({ projectId, sceneId, friend }: Awaited<ReturnType<typeof furnish>>): Promise<void> {
  const [mine, theirs] = [await aContext(browser, 'ko', author), await aContext(browser, 'ko', friend)];
  const [page, other] = [await mine.newPage(), await theirs.newPage()];
  for (const one of [page, other]) {
    await one.goto(`${studio}/p/${projectId}/s/${sceneId}`, { waitUntil: 'networkidle' });
    await one.locator('.manuscript p').first().waitFor();
  }
  await page.locator('.manuscript p').nth(1).click();
  await other.locator('.manuscript p').nth(4).click();
  await other.keyboard.press('End');
  await other.keyboard.type(' ');
  await page.locator('.peer-caret[data-awake]').waitFor();
  await page.mouse.move(700, 40);
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'light'));
  await page.screenshot({ path: join(root, 'docs/images/writing.png'), caret: 'initial' });
  await Promise.all([mine.close(), theirs.close()]);
}
