import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Person } from '../../bench/people.ts';
import type { Stack } from '../../bench/stack.ts';
import { expect, signIn, studioUrl, surface, test } from './product.ts';

/** Every screen, wide and on a phone, light and dark: readable by everyone, reachable by a thumb, nothing beside the edge. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
/** The least a thumb needs (studio-design: targets of a phone), less what rounding may take. */
const TARGET_PX = 43.5;

// Still pictures: a colour in the middle of a transition is nobody's, and a trace of every look would double the time.
test.use({ contextOptions: { reducedMotion: 'reduce' }, trace: 'off' });

const PROSE = ['비가 그친 골목에 달빛이 고였다.', '설하는 젖은 소매를 걷고 문을 두드렸다. 안에서는 아무 대답이 없었다.', '“거기 누구 있어요?”', '끓는 물은 거짓말을 하지 않는다. 사람이 있다는 뜻이다.'];

/** The guards around an open menu are hidden from readers and hand the focus on; the rule takes them for content. */
const axe = (page: Page) => new AxeBuilder({ page }).setLegacyMode().withTags(RULES).exclude('[data-base-ui-focus-guard]');

/** What is smaller than a thumb, as a person would point at it. */
const tooSmall = (page: Page) =>
  page.evaluate((least) => {
    const targets = document.querySelectorAll<HTMLElement>('a[href], button, input:not([type=hidden]), select, textarea, [role=treeitem], [role=menuitem], [role=option], [role=menuitemcheckbox]');
    return [...targets]
      .filter((target) => target.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !target.classList.contains('sr-only') && !target.closest('[aria-hidden=true], [inert]'))
      .filter((target) => {
        // A link may be spread over the card it stands on.
        const spread = getComputedStyle(target, '::after').position === 'absolute' ? (target.offsetParent ?? target) : target;
        const { width, height } = spread.getBoundingClientRect();
        return width > 1 && height < least;
      })
      .map((target) => `${target.getAttribute('aria-label') ?? target.textContent?.trim()} is ${Math.round(target.getBoundingClientRect().height)} px high`);
  }, TARGET_PX);

/** Everything that is wrong with what the page shows now, in every width and theme; the page is loaded once. */
async function complaintsAbout(page: Page, screen: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const size of WIDTHS) {
    await page.setViewportSize(size);
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
      const { violations } = await axe(page).analyze();
      for (const { id, nodes } of violations) for (const node of nodes) wrong.push(`${screen} ${size.width} ${theme}: ${id} at ${node.target.join(' ')} — ${node.failureSummary?.split('\n')[1]?.trim()}`);
    }
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (beyond > 0) wrong.push(`${screen} ${size.width}: ${beyond} px beside the edge`);
    if (size.width < 768) wrong.push(...(await tooSmall(page)).map((what) => `${screen} ${size.width}: ${what}`));
  }
  await page.setViewportSize(WIDTHS[0]!);
  return wrong;
}

test('the door, joining, signing in and a page that is not there', async ({ page, product }) => {
  const wrong: string[] = [];
  for (const [screen, path] of [
    ['door', '/'],
    ['join', '/join'],
    ['login', '/login'],
    ['not found', '/no-such-page'],
    ['invitation gone', '/invite/nothing'],
  ] as const) {
    await page.goto(studioUrl(product) + path);
    await page
      .getByRole(screen === 'invitation gone' ? 'link' : 'heading')
      .first()
      .waitFor();
    wrong.push(...(await complaintsAbout(page, screen)));
  }
  expect(wrong).toEqual([]);
});

/** A work with a part, a chapter of two scenes, something in the trash, a friend and an open invitation. */
async function aWork(product: Stack, person: Person) {
  const friend = await Person.register(product.core.url, '나루');
  const projectId = await person.project('비 그친 골목');
  await person.invite(projectId, friend, 'editor');
  await person.call('POST', `/projects/${projectId}/invitations`, { role: 'reader' });
  await person.call('POST', `/projects/${projectId}/outline`, { kind: 'part', title: '봄' });
  const chapter = await person.call<{ id: string; nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '돌아온 사람' });
  await person.call('POST', `/projects/${projectId}/outline`, { kind: 'scene', title: '우물가', parentId: chapter.id });
  const gone = await person.scene(projectId, '버린 장면');
  await person.call('POST', `/projects/${projectId}/outline/trash`, { nodeIds: [gone.nodeId] });
  return { projectId, chapterId: chapter.id, sceneId: chapter.nodes.find(({ kind }) => kind === 'scene')!.id };
}

test('writing, and what opens over it', async ({ page, product }) => {
  const wrong: string[] = [];
  const person = await Person.register(product.core.url, '가람');
  const { projectId, chapterId, sceneId } = await aWork(product, person);
  const look = async (screen: string) => wrong.push(...(await complaintsAbout(page, screen)));
  await signIn(page, product, person);
  await page.goto(`${studioUrl(product)}/p/${projectId}/s/${sceneId}`);
  await surface(page).waitFor();
  await look('writing, empty');

  await surface(page).click();
  for (const line of PROSE) {
    await page.keyboard.insertText(line);
    await page.keyboard.press('Enter');
  }
  await expect(page.getByText(/저장됨/).first()).toBeVisible();
  await page.mouse.move(400, 500);
  await look('writing');

  await page.keyboard.press('Control+f');
  await page.getByRole('searchbox', { name: '이 장면에서 찾기' }).fill('설하');
  await look('find in scene');
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '찾아가기' }).waitFor();
  await look('palette');
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+Shift+f');
  await page.getByRole('searchbox', { name: '찾을 말' }).fill('달빛');
  await expect
    .poll(() =>
      page
        .getByRole('dialog')
        .getByText(/곳|찾지 못했습니다/)
        .count(),
    )
    .toBeGreaterThan(0);
  await look('search');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: '보기', exact: true }).click();
  await page.getByRole('menu').waitFor();
  await look('menu of the view');
  await page.keyboard.press('Escape');

  await page.setViewportSize(WIDTHS[1]!);
  await page.getByRole('button', { name: '차례', exact: true }).click();
  await page.getByRole('dialog', { name: '차례' }).getByRole('tree').waitFor();
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'light'));
  const drawer = await axe(page).analyze();
  wrong.push(...drawer.violations.map(({ id }) => `outline of a phone: ${id}`), ...(await tooSmall(page)).map((what) => `outline of a phone: ${what}`));
  await page.keyboard.press('Escape');
  await page.setViewportSize(WIDTHS[0]!);

  await page.goto(`${studioUrl(product)}/p/${projectId}/c/${chapterId}`);
  await surface(page).first().waitFor();
  await look('continuous');
  expect(wrong).toEqual([]);
});

test('help beside the text, what will be sent, what came, and its page', async ({ page, product }) => {
  const wrong: string[] = [];
  const person = await Person.register(product.core.url, '가람');
  const { projectId, sceneId } = await aWork(product, person);
  const look = async (screen: string) => wrong.push(...(await complaintsAbout(page, screen)));
  await signIn(page, product, person);
  await page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
  await page.getByRole('heading', { name: 'AI 도움' }).waitFor();
  await page.getByRole('radio', { name: '씀', exact: true }).check();
  await page.getByRole('checkbox', { name: '읽고 동의함: OpenAI' }).check();
  await look('help, its page');
  await page.getByRole('button', { name: '저장', exact: true }).click();
  await page.getByText('OpenAI에 동의함').waitFor();

  await page.goto(`${studioUrl(product)}/p/${projectId}/s/${sceneId}`);
  await surface(page).click();
  await page.keyboard.insertText(PROSE.join(' '));
  await expect(page.getByText(/저장됨/).first()).toBeVisible();
  await page.getByRole('button', { name: '집필 도움 (Ctrl J)' }).click();
  const help = page.getByRole('complementary', { name: '집필 도움' });
  product.vendor.next({ pieces: [PROSE[0]!, '\n=====\n', PROSE[1]!, '\n=====\n', PROSE[2]!] });
  await help.getByRole('button', { name: '제안 받기' }).click();
  await help.getByRole('button', { name: '고른 2문장 넣기' }).waitFor();
  await help.getByText('gpt-5.6').waitFor();
  await page.setViewportSize(WIDTHS[0]!);
  for (const theme of ['light', 'dark']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
    for (const { id, nodes } of (await axe(page).analyze()).violations) for (const node of nodes) wrong.push(`help ${theme}: ${id} at ${node.target.join(' ')}`);
  }
  await help.getByRole('button', { name: '보낼 자료 보기' }).click();
  await page.getByRole('button', { name: '이대로 보내기' }).waitFor();
  await look('what will be sent');
  // Wide again, the help stands beside the text: a key that closes a drawer must not meet one.
  await help.waitFor();
  await page.keyboard.press('Escape');
  // On a phone it stands over the lower part of the page.
  await page.setViewportSize(WIDTHS[1]!);
  await page.getByRole('dialog', { name: '집필 도움' }).getByRole('button', { name: '제안 받기' }).waitFor();
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'light'));
  wrong.push(...(await axe(page).analyze()).violations.map(({ id, nodes }) => `help of a phone: ${id} at ${nodes[0]?.target.join(' ')}`), ...(await tooSmall(page)).map((what) => `help of a phone: ${what}`));
  expect(wrong).toEqual([]);
});

test('the shelf, the pages of a work, the account', async ({ page, product }) => {
  const wrong: string[] = [];
  const person = await Person.register(product.core.url, '가람');
  const at = (path: string) => page.goto(studioUrl(product) + path);
  const look = async (screen: string) => wrong.push(...(await complaintsAbout(page, screen)));
  await signIn(page, product, person);
  await page.getByRole('heading', { name: '아직 비어 있는 서가입니다' }).waitFor();
  await look('empty shelf');
  await at(`/p/${await person.project('첫 작품')}`);
  await page.getByRole('button', { name: '1화 쓰기' }).waitFor();
  await look('empty work');

  const { projectId } = await aWork(product, person);
  for (const [screen, heading] of [
    ['home', '비 그친 골목'],
    ['people', '사람들'],
    ['trash', '휴지통'],
    ['import', '원고 가져오기'],
  ] as const) {
    await at(`/p/${projectId}/${screen}`);
    await page.getByRole('main').getByRole('heading', { name: heading, exact: true }).waitFor();
    if (screen === 'people') await page.getByRole('button', { name: '거두기' }).first().waitFor();
    if (screen === 'trash') await page.getByRole('button', { name: '되살리기' }).waitFor();
    await look(screen);
  }
  await page
    .getByLabel('파일 고르기')
    .last()
    .setInputFiles({ name: '연재.txt', mimeType: 'text/plain', buffer: Buffer.from('1화 비\n\n비가 왔다.\n\n2화 눈\n\n눈이 왔다.\n') });
  await page.getByRole('button', { name: '2개 가져오기' }).waitFor();
  await look('import preview');

  await at('/shelf');
  await page.getByRole('link', { name: '비 그친 골목' }).waitFor();
  await look('shelf');
  await page.getByRole('button', { name: '새 작품' }).click();
  await page.getByLabel('제목').waitFor();
  await look('new work');

  await at('/account');
  await page.getByText('지금 이 기기').waitFor();
  await look('account');
  expect(wrong).toEqual([]);
});
