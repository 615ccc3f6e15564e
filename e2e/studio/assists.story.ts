import type { Page } from '@playwright/test';
import { Person } from '../../bench/people.ts';
import { aBrowserOf, compose, expect, linesOf, type Product, studioUrl, surface, test } from './product.ts';

/** A work of two, with what each of them wrote in one scene; help is on, and the owner has agreed. */
async function aWork(product: Product, { on = true } = {}) {
  const [garam, naru] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '나루')];
  const projectId = await garam.project('동백꽃');
  await garam.invite(projectId, naru, 'writer');
  const { nodeId, documentId } = await garam.scene(projectId, '1화');
  if (on) await agree(garam, projectId);
  return { garam, naru, projectId, nodeId, documentId, url: `${studioUrl(product)}/p/${projectId}/s/${nodeId}` };
}
const NOTICE = '2026-11-01';
/** The owner turns help on, by a program as they might: the version of the notice is asked for first. */
async function agree(owner: Person, projectId: string): Promise<void> {
  await owner.call('PUT', `/projects/${projectId}/ai`, { mode: 'on', allowed: [{ provider: 'openai', notice: NOTICE }] });
}

const panel = (page: Page) => page.getByRole('complementary', { name: '집필 도움' });
const openPanel = (page: Page) => page.getByRole('button', { name: '집필 도움 (Ctrl J)' }).click();

test('nothing of it is seen until the owner turns it on; then each author decides for their own text', async ({ browser, product }) => {
  const { garam, naru, projectId, url } = await aWork(product, { on: false });
  const [mine, theirs] = [await aBrowserOf(browser, product, garam), await aBrowserOf(browser, product, naru)];
  await mine.page.goto(url);
  await surface(mine.page).waitFor();
  await expect(mine.page.getByRole('button', { name: /집필 도움/ })).toHaveCount(0);
  await theirs.page.goto(url);
  await surface(theirs.page).click();
  await compose(theirs.page, '나루가 쓴 첫 줄이다.');

  // The owner reads what the provider does with text, and agrees.
  await mine.page.goto(`${studioUrl(product)}/p/${projectId}/home`);
  await mine.page.getByRole('button', { name: '살펴보고 정하기' }).click();
  await mine.page.getByRole('radio', { name: '씀', exact: true }).check();
  await mine.page.getByRole('checkbox', { name: '읽고 동의함: OpenAI' }).check();
  await mine.page.getByRole('button', { name: '저장', exact: true }).click();
  await expect(mine.page.getByText('OpenAI에 동의함')).toHaveCount(1);
  // The other hears of it at once, on an open page.
  await openPanel(theirs.page);
  await expect(panel(theirs.page)).toContainText('아직 동의하지 않았습니다');

  // What the other wrote is not told, and it is said whose it is.
  await mine.page.goto(url);
  await surface(mine.page).click();
  await mine.page.keyboard.press('Control+End');
  await openPanel(mine.page);
  await panel(mine.page).getByRole('button', { name: '제안 받기' }).click();
  await expect(panel(mine.page).getByRole('alert')).toContainText('나루 님이 자기 글을 보내는 데 동의하지 않았습니다');
  expect(product.vendor.requests.filter(({ body }) => body.includes('나루가 쓴'))).toEqual([]);

  await panel(theirs.page).getByRole('button', { name: '안내를 읽고 정하기' }).click();
  await theirs.page.getByRole('checkbox', { name: '읽고 동의함: OpenAI' }).check();
  await theirs.page.getByRole('button', { name: '저장', exact: true }).click();
  await expect(theirs.page.getByText('OpenAI에 동의함')).toHaveCount(2);

  // A look at what will be sent: it is what is sent, word for word.
  await panel(mine.page).getByRole('button', { name: '보낼 자료 보기' }).click();
  const sheet = mine.page.getByRole('dialog', { name: '보낼 자료' });
  await expect(sheet).toContainText('나루가 쓴 첫 줄이다.');
  await expect(sheet).toContainText('쓴 사람: 나루');
  product.vendor.next({ pieces: ['닭이 ', { gate: 'first' }, '울었다. 문이 열렸다.', '\n=====\n', '아무도 없었다.', '\n=====\n', '“누구냐.” 개가 짖었다.'], usage: { in: 900, out: 40 } });
  await sheet.getByRole('button', { name: '이대로 보내기' }).click();
  await expect(panel(mine.page).getByText('닭이')).toBeVisible();
  product.vendor.open('first');
  const first = panel(mine.page).getByRole('region', { name: '제안 1' });
  await expect(first).toContainText('닭이 울었다. 문이 열렸다.');
  await expect(panel(mine.page).getByRole('region', { name: '제안 3' })).toContainText('개가 짖었다');
  const sent = product.vendor.requests.at(-1)!;
  expect(sent.messages.user).toContain('나루가 쓴 첫 줄이다.');

  // Not a letter is in the manuscript; then only what was picked is.
  await theirs.page.goto(url);
  await expect.poll(() => linesOf(theirs.page)).toEqual(['나루가 쓴 첫 줄이다.']);
  await first.getByRole('button', { name: '문이 열렸다.' }).click();
  await first.getByRole('button', { name: '고른 1문장 넣기' }).click();
  await expect.poll(() => linesOf(theirs.page)).toEqual(['나루가 쓴 첫 줄이다.', '닭이 울었다.']);
  await expect(theirs.page.locator('.mark-assisted')).toHaveText(['닭이 울었다.']);
  await mine.page.keyboard.press('Control+z');
  await expect.poll(() => linesOf(theirs.page)).toEqual(['나루가 쓴 첫 줄이다.']);

  // The ledger says who sent what of whose to whom, and what it cost; not what it said.
  await mine.page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
  const ledger = mine.page.getByRole('listitem').filter({ hasText: '이어 쓰기 · 넣음' });
  await expect(ledger).toContainText('쓴 사람: 나루');
  await expect(ledger).toContainText('940토큰');
  await Promise.all([mine.context.close(), theirs.context.close()]);
});

test('a proposal stands in the text as a ghost: the others see that it is one, Tab takes it, writing on lets it go', async ({ browser, product }) => {
  const { garam, naru, url } = await aWork(product);
  const [mine, theirs] = [await aBrowserOf(browser, product, garam), await aBrowserOf(browser, product, naru)];
  await mine.page.goto(url);
  await surface(mine.page).click();
  await compose(mine.page, '밤이었다.');
  await expect(mine.page.getByText('저장됨')).toBeVisible();
  await theirs.page.goto(url);
  await expect.poll(() => linesOf(theirs.page)).toEqual(['밤이었다.']);
  await openPanel(mine.page);
  const ask = async (...texts: string[]) => {
    product.vendor.next({ pieces: [texts.join('\n=====\n')], usage: { in: 100, out: 20 } });
    await panel(mine.page).getByRole('button', { name: '제안 받기' }).click();
    await expect(ghost).toHaveText(texts[0]!);
    // Who asked goes on in the text.
    await expect(surface(mine.page)).toBeFocused();
  };
  const ghost = mine.page.locator('.manuscript .ghost');
  const note = theirs.page.locator('.peer-proposal');

  await ask('눈이 왔다.', '비가 왔다.');
  // The others see a note that says what it is, and no prose.
  await expect(note).toHaveText('가람 · AI 제안(본문 아님): 눈이 왔다.');
  expect(await linesOf(theirs.page)).toEqual(['밤이었다.']);
  await mine.page.keyboard.press('Alt+]');
  await expect(ghost).toHaveText('비가 왔다.');
  await mine.page.keyboard.press('Tab');
  await expect.poll(() => linesOf(theirs.page)).toEqual(['밤이었다.', '비가 왔다.']);
  await expect(theirs.page.locator('.mark-assisted')).toHaveText(['비가 왔다.']);
  await expect(ghost).toHaveCount(0);
  await expect(note).toBeHidden();

  // A syllable begun beside a ghost is written as if there were none.
  await ask('달이 떴다.');
  await compose(mine.page, '개가 짖었다.');
  await expect(ghost).toHaveCount(0);
  await expect.poll(() => linesOf(theirs.page)).toEqual(['밤이었다.', '비가 왔다.개가 짖었다.']);
  await expect(note).toBeHidden();
  // The panel keeps what was let go, and Esc lets go as well.
  await expect(panel(mine.page).getByRole('region', { name: '제안 1' })).toContainText('달이 떴다.');
  await ask('별이 떴다.');
  await mine.page.keyboard.press('Escape');
  await expect(ghost).toHaveCount(0);
  expect(await linesOf(mine.page)).toEqual(['밤이었다.', '비가 왔다.개가 짖었다.']);
  await Promise.all([mine.context.close(), theirs.context.close()]);
});

test('a passage is rewritten with its changes shown; it goes on while the text around it is written', async ({ browser, product }) => {
  const { garam, naru, url } = await aWork(product);
  const [mine, theirs] = [await aBrowserOf(browser, product, garam), await aBrowserOf(browser, product, naru)];
  await mine.page.goto(url);
  await surface(mine.page).click();
  await compose(mine.page, '눈이 많이 왔다.');
  await expect(mine.page.getByText('저장됨')).toBeVisible();
  await mine.page.keyboard.press('Control+a');
  // Over the selected words stands what can be done with them; it opens the panel at that, and sends nothing.
  await mine.page.getByRole('toolbar', { name: '고른 글로 할 일' }).getByRole('button', { name: '고쳐 쓰기' }).click();
  await expect(panel(mine.page)).toContainText('고른 글 9자');
  await expect(panel(mine.page).getByLabel('무엇을 도울까요')).toHaveValue('rewrite');
  await expect(panel(mine.page).getByRole('button', { name: '제안 받기' })).toBeFocused();
  product.vendor.next({ pieces: ['눈이 ', { gate: 'snow' }, '펑펑 왔다.'] });
  await mine.page.keyboard.press('Enter');
  await product.vendor.untilStreams(1);
  await theirs.page.goto(url);
  await surface(theirs.page).click();
  await theirs.page.keyboard.press('Control+Home');
  await compose(theirs.page, '밤이었다.\n');
  product.vendor.open('snow');
  await expect(panel(mine.page).locator('del')).toHaveText('많이');
  await expect(panel(mine.page).locator('ins')).toHaveText('펑펑');
  await panel(mine.page).getByRole('button', { name: '이 글로 바꾸기' }).click();
  await expect.poll(() => linesOf(theirs.page)).toEqual(['밤이었다.', '눈이 펑펑 왔다.']);
  await Promise.all([mine.context.close(), theirs.context.close()]);
});

test('the story is asked: every sentence has its place, also after edits; what is not there is not found', async ({ browser, product }) => {
  const { garam, projectId, url, documentId } = await aWork(product);
  const { page, context } = await aBrowserOf(browser, product, garam);
  await page.goto(url);
  await surface(page).click();
  await compose(page, '눈이 왔다.\n설화의 왼팔 흉터는 열두 살 겨울에 생겼다.\n아무도 묻지 않았다.');
  await expect.poll(() => garam.text(projectId, documentId)).toContain('아무도 묻지');
  const { nodeId: other } = await garam.scene(projectId, '2화');
  await expect.poll(async () => (await garam.call<{ items: unknown[] }>('GET', `/projects/${projectId}/search?q=${encodeURIComponent('흉터')}`)).items.length).toBe(1);
  await page.goto(`${studioUrl(product)}/p/${projectId}/s/${other}`);
  await openPanel(page);
  await panel(page).getByLabel('무엇을 도울까요').selectOption('이야기에 묻기');
  await panel(page).getByLabel('궁금한 것').fill('설화의 왼팔 흉터는 언제 생겼지?');
  product.vendor.next({ pieces: ['{"text":"열두 살 겨울에 생겼습니다.","cites":[{"item":1,"quote":"열두 살 겨울에 생겼다"}]}\n', '{"text":"불에 데었습니다.","cites":[{"item":1,"quote":"불에 데었다"}]}\n'] });
  await panel(page).getByRole('button', { name: '묻기', exact: true }).click();
  await expect(panel(page).getByRole('region', { name: '찾은 것' })).toContainText('열두 살 겨울에 생겼습니다.');
  // Its quote is nowhere: the sentence is not shown.
  await expect(panel(page)).not.toContainText('불에 데었습니다');
  // The text is edited before the citation is pressed; the jump lands on its words all the same.
  await panel(page).getByRole('button', { name: '1번 대목으로' }).click();
  await expect(surface(page)).toContainText('열두 살');
  await expect.poll(() => page.evaluate(() => String(getSelection()))).toBe('열두 살 겨울에 생겼다');
  // A surface that just took the focus shows its own selection once more, a few frames later.
  const selectedSoon = () =>
    page.evaluate(async () => {
      for (let frame = 0; frame < 6; frame += 1) await new Promise((next) => requestAnimationFrame(next));
      return String(getSelection());
    });
  await expect(async () => {
    await page.keyboard.press('Control+Home');
    expect(await selectedSoon()).toBe('');
  }).toPass();
  await compose(page, '첫 줄을 새로 쓴다.\n');
  await panel(page).getByRole('button', { name: '1번 대목으로' }).click();
  await expect.poll(() => page.evaluate(() => String(getSelection()))).toBe('열두 살 겨울에 생겼다');

  await panel(page).getByLabel('궁금한 것').fill('설화의 아버지는 누구지?');
  product.vendor.next({ pieces: ['{"found":false}\n'] });
  await panel(page).getByRole('button', { name: '묻기', exact: true }).click();
  await expect(panel(page).getByRole('region', { name: '찾지 못함' })).toContainText('흉터');
  await context.close();
});

test('the owner turns finding by meaning on: what is said in other words is found, until they turn it off', async ({ browser, product }) => {
  const { garam, projectId, nodeId, documentId, url } = await aWork(product);
  const { page, context } = await aBrowserOf(browser, product, garam);
  product.vendor.meaning = (text) => (/고향|첫울음/.test(text) ? [1, 0] : [0, 1]);
  await page.goto(url);
  await surface(page).click();
  await compose(page, '솔무재에서 첫울음을 터뜨렸다.');
  await expect.poll(async () => (await garam.call<{ items: unknown[] }>('GET', `/projects/${projectId}/search?q=${encodeURIComponent('첫울음')}`)).items.length).toBe(1);
  expect(await garam.text(projectId, documentId)).toContain('첫울음');
  const decide = async (on: boolean) => {
    await page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
    const choice = page.getByRole('checkbox', { name: '낱말이 달라도 뜻이 가까운 대목을 찾습니다' });
    await choice.setChecked(on, { force: true });
    await page.getByRole('button', { name: '저장', exact: true }).click();
    await expect(page.getByRole('region', { name: '알림' })).toContainText('저장했습니다.');
  };
  let isOpen = false;
  const ask = async () => {
    await page.goto(`${studioUrl(product)}/p/${projectId}/s/${nodeId}`);
    // The panel stays open from one page to the next.
    if (!isOpen) await openPanel(page);
    isOpen = true;
    await panel(page).getByLabel('무엇을 도울까요').selectOption('이야기에 묻기');
    await panel(page).getByLabel('궁금한 것').fill('어디가 고향이지?');
    await panel(page).getByRole('button', { name: '보낼 자료 보기' }).click();
    return page.getByRole('dialog', { name: '보낼 자료' });
  };
  const sentBefore = product.vendor.embedded.length;
  await expect((await ask()).getByRole('button', { name: '이대로 보내기' })).toBeEnabled();
  await expect(page.getByRole('dialog', { name: '보낼 자료' })).not.toContainText('첫울음');
  expect(product.vendor.embedded.length).toBe(sentBefore);
  await decide(true);
  const sheet = await ask();
  await expect(sheet).toContainText('솔무재에서 첫울음을 터뜨렸다.');
  await expect(sheet).toContainText('묻는 말이 이미 나갔을 수 있습니다');
  await page.goto(`${studioUrl(product)}/p/${projectId}/ai`);
  await expect(page.getByText('뜻으로 찾을 준비').first()).toBeVisible();
  await decide(false);
  const after = await ask();
  await expect(after.getByRole('button', { name: '이대로 보내기' })).toBeEnabled();
  await expect(after).not.toContainText('첫울음');
  await context.close();
});

test('it is stopped at once, and every failure says what happened and whether text left', async ({ browser, product }) => {
  const { garam, projectId, url } = await aWork(product);
  const { page, context } = await aBrowserOf(browser, product, garam);
  await page.goto(url);
  await surface(page).click();
  await compose(page, '눈이 왔다.');
  await expect(page.getByText('저장됨')).toBeVisible();
  await openPanel(page);
  const go = panel(page).getByRole('button', { name: '제안 받기' });
  product.vendor.next({ pieces: ['문이 열렸다.', { gate: 'never' }] });
  await go.click();
  await expect(panel(page).getByText('문이 열렸다.')).toBeVisible();
  await panel(page).getByRole('button', { name: '멈추기' }).click();
  await product.vendor.untilStreams(0);
  await expect(panel(page)).toContainText('멈추었습니다');

  const failing = panel(page).getByRole('alert');
  product.vendor.next({ status: 401 });
  await go.click();
  await expect(failing).toContainText('키를 받지 않았습니다');
  product.vendor.next({ pieces: ['아'], end: 'refusal' });
  await go.click();
  await expect(failing).toContainText('답하지 않겠다고 했습니다');
  await expect(failing).toContainText('글이 나갔습니다');
  product.vendor.next({ pieces: ['문이'], end: 'cut' });
  await go.click();
  await expect(failing).toContainText('OpenAI에서 문제가 생겨');
  // The service dies in the middle: it is said so, and the manuscript is as it was.
  product.vendor.next({ pieces: ['문이', { gate: 'never' }] });
  await go.click();
  await expect(panel(page).getByText('문이', { exact: true })).toBeVisible();
  await product.ai!.end('SIGKILL');
  await expect(failing).toBeVisible();
  await product.ai!.start();
  expect(await linesOf(page)).toEqual(['눈이 왔다.']);
  // Locked by the owner elsewhere, it is gone from the page.
  await garam.call('PUT', `/projects/${projectId}/ai`, { mode: 'never', allowed: [] });
  await expect(panel(page)).toHaveCount(0);
  await context.close();
});

test('a scene is translated, read aloud, summed up and reacted to; a character knows no more than they may', async ({ browser, product }) => {
  const { garam, projectId, nodeId, documentId, url } = await aWork(product);
  const { page, context } = await aBrowserOf(browser, product, garam);
  await page.goto(url);
  await surface(page).click();
  await compose(page, '설화는 문을 두드렸다.\n“거기 누구 있어요?”');
  await expect.poll(() => garam.text(projectId, documentId)).toContain('거기 누구');
  await openPanel(page);
  const choose = (name: string) => panel(page).getByLabel('무엇을 도울까요').selectOption(name);
  const go = () => panel(page).getByRole('button', { name: '제안 받기' }).click();
  const say = (...rows: object[]) => product.vendor.next({ pieces: rows.map((row) => `${JSON.stringify(row)}\n`) });

  await surface(page).click();
  await page.keyboard.press('Control+a');
  await choose('번역');
  say({ id: 's2', text: '“Is anyone there?”' });
  await go();
  const translated = panel(page).getByRole('region', { name: '번역' });
  await expect(translated.getByRole('listitem').nth(0)).toContainText('이 조각은 옮겨지지 않았습니다');
  await expect(translated.getByRole('listitem').nth(1)).toContainText('Is anyone there?');
  expect(product.vendor.requests.at(-1)!.messages.user).toContain('en 언어로');
  // With a glossary, what does not keep to it is asked for once more, and told with the term when it still does not.
  await panel(page).getByLabel('용어집 (없어도 됩니다)').fill('설화 = Seolhwa\n문');
  await expect(panel(page).getByRole('alert')).toContainText('2번째 줄');
  await expect(panel(page).getByRole('button', { name: '제안 받기' })).toBeDisabled();
  await panel(page).getByLabel('용어집 (없어도 됩니다)').fill('설화 = Seolhwa\n문 = door');
  say({ id: 's1', text: 'She knocked at the gate.' }, { id: 's2', text: '“Is anyone there?”' });
  say({ id: 's1', text: 'Seolhwa knocked at the gate.' });
  await go();
  await expect(translated.getByRole('listitem').nth(0)).toContainText('Seolhwa knocked at the gate.');
  await expect(translated.getByRole('listitem').nth(0)).toContainText('용어집과 다릅니다: 문 → door');
  await expect(translated.getByRole('listitem').nth(1)).not.toContainText('용어집');

  await choose('낭독 대본');
  say({ speaker: '설화', emotion: '떨며', pauseMs: 800, item: 1, quote: '“거기 누구 있어요?”' }, { speaker: '설화', emotion: '', pauseMs: 0, item: 1, quote: '“문을 여세요!”' });
  await go();
  const script = panel(page).getByRole('region', { name: '낭독 대본' });
  await expect(script).toContainText('설화 · 떨며');
  await expect(script).toContainText('0.8초 쉼');
  // A line that nobody wrote is not spoken.
  await expect(script.getByRole('listitem')).toHaveCount(1);

  await choose('독자 반응');
  say({ reader: '정주행하는 독자', feeling: '긴장', text: '문 뒤가 궁금하다.', item: 1, quote: '문을 두드렸다' });
  await go();
  await expect(panel(page)).toContainText('simulation, n=1');
  await choose('요약');
  product.vendor.next({ pieces: ['설화가 문을 두드리지만 ', '답이 없다.'] });
  await go();
  await expect(panel(page).getByRole('region', { name: '요약' })).toContainText('설화가 문을 두드리지만 답이 없다.');

  await choose('자료 조사');
  await panel(page).getByLabel('궁금한 것').fill('등잔은 무엇으로 켰나');
  await panel(page).getByLabel('출처').fill('등잔에는 들기름이나 피마자기름을 썼다.');
  say({ claim: '들기름을 썼다.', source: 'w1', quote: '들기름이나 피마자기름을 썼다' }, { claim: '고래기름도 썼다.', source: null, quote: null });
  await panel(page).getByRole('button', { name: '묻기', exact: true }).click();
  const researched = panel(page).getByRole('region', { name: '자료 조사' });
  await expect(researched.getByRole('listitem').nth(0)).toContainText('들기름이나 피마자기름을 썼다');
  await expect(researched.getByRole('listitem').nth(1)).toContainText('확인되지 않음');

  // What comes after is not told: nobody could know it, whatever is asked.
  const later = await garam.scene(projectId, '2화');
  await page.goto(`${studioUrl(product)}/p/${projectId}/s/${later.nodeId}`);
  await surface(page).click();
  await compose(page, '설화는 여왕이 되었다.');
  await expect.poll(async () => (await garam.call<{ items: unknown[] }>('GET', `/projects/${projectId}/search?q=${encodeURIComponent('여왕')}`)).items.length).toBe(1);
  await page.goto(`${studioUrl(product)}/p/${projectId}/s/${nodeId}`);
  await surface(page).waitFor();
  await choose('인물과 대화');
  await panel(page).getByLabel('인물의 이름').fill('설화');
  await panel(page).getByLabel('건네는 말').fill('여왕이 되니 어때요?');
  await panel(page).getByLabel('어디까지 읽은').selectOption('지금 이 장면까지');
  product.vendor.next({ pieces: ['여왕이라니요. 저는 문 앞에 서 있을 뿐인데요.'] });
  await panel(page).getByRole('button', { name: '묻기', exact: true }).click();
  await expect(panel(page).getByRole('list', { name: '설화' })).toContainText('여왕이라니요');
  expect(product.vendor.requests.at(-1)!.body).not.toContain('여왕이 되었다');
  await context.close();
});
