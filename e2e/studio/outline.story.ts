import type { Page } from '@playwright/test';
import { Person } from '../../bench/people.ts';
import { aBrowserOf, compose, expect, linesOf, studioUrl, surface, test } from './product.ts';

const tree = (page: Page) => page.getByRole('tree', { name: '차례' });
/** The rows as they stand, without the counts behind the names; rows are drawn in any order, so they go by place. */
const rowsOf = (page: Page) =>
  tree(page)
    .getByRole('treeitem')
    .evaluateAll((rows) =>
      rows
        .map((row) => ({ top: row.getBoundingClientRect().top, text: row.querySelector('.truncate')?.textContent ?? '' }))
        .toSorted((a, b) => a.top - b.top)
        .map(({ text }) => text),
    );

/** A work with three chapters of one scene each. */
async function threeChapters(person: Person, title: string) {
  const projectId = await person.project(title);
  const made: { id: string; sceneId: string; documentId: string }[] = [];
  for (const name of ['비', '달', '눈']) {
    const { id, documentId, nodes } = await person.call<{ id: string; documentId: string; nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: name });
    made.push({ id, documentId, sceneId: nodes.find(({ kind }) => kind === 'scene')!.id });
  }
  return { projectId, made, path: `/p/${projectId}/s/${made[0]!.sceneId}` };
}

const nodesOf = (person: Person, projectId: string) => person.call<{ nodes: { id: string; title: string; kind: string; documentId: string | null }[] }>('GET', `/projects/${projectId}/outline`);

test('the outline is made, named, moved, thrown away and brought back by the keyboard alone', async ({ browser, product }) => {
  const person = await Person.register(product.core.url, '가람');
  const { projectId, path } = await threeChapters(person, '글쇠로만');
  const { page, context } = await aBrowserOf(browser, product, person);
  await page.goto(studioUrl(product) + path);
  await surface(page).waitFor();
  await expect.poll(() => rowsOf(page)).toEqual(['1화비', '2화달', '3화눈']);

  await surface(page).focus();
  await page.keyboard.press('F6');
  await expect(tree(page)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F2');
  await expect(page.getByRole('textbox', { name: '새 이름' })).toBeFocused();
  await compose(page, '달무리');
  await page.keyboard.press('Enter');
  await expect.poll(() => rowsOf(page)).toEqual(['1화비', '2화달무리', '3화눈']);
  await expect(tree(page)).toBeFocused();

  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => rowsOf(page)).toEqual(['1화달무리', '2화비', '3화눈']);
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => rowsOf(page)).toEqual(['1화비', '2화눈', '3화달무리']);

  await page.keyboard.press('Delete');
  await expect.poll(() => rowsOf(page)).toEqual(['1화비', '2화눈']);
  await page.getByRole('button', { name: '되돌리기', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => rowsOf(page)).toEqual(['1화비', '2화눈', '3화달무리']);

  await page.getByRole('button', { name: '새 회차' }).focus();
  await page.keyboard.press('Enter');
  await expect(surface(page)).toBeFocused();
  await compose(page, '새 글');
  await expect.poll(async () => (await rowsOf(page)).length).toBe(4);

  await page.getByRole('searchbox', { name: '번호나 이름으로 가기' }).focus();
  await page.keyboard.type('2');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: '눈' })).toBeVisible();
  await expect.poll(async () => (await nodesOf(person, projectId)).nodes.filter(({ kind }) => kind === 'chapter').length).toBe(4);
  await context.close();
});

test('another person sees a move at once, and two moves of one node end the same for both', async ({ browser, product }) => {
  const [garam, naru] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '나루')];
  const { projectId, path } = await threeChapters(garam, '둘이서');
  await garam.invite(projectId, naru, 'writer');
  const [{ page: a, context: first }, { page: b, context: second }] = [await aBrowserOf(browser, product, garam), await aBrowserOf(browser, product, naru)];
  for (const page of [a, b]) {
    await page.goto(studioUrl(product) + path);
    await surface(page).waitFor();
    await tree(page).focus();
    await page.keyboard.press('Home');
  }
  await expect(b.getByText(/저장됨/).first()).toBeVisible();

  await a.keyboard.press('Alt+ArrowDown');
  const pressed = performance.now();
  await expect.poll(() => rowsOf(b), { intervals: [20] }).toEqual(['1화달', '2화비', '3화눈']);
  // The budget is a second; machines that run stories are shared, so that it is told and not held.
  test.info().annotations.push({ type: 'a move was seen after', description: `${Math.round(performance.now() - pressed)} ms` });

  // The same node, two ways at once: one up, one down. Each is an event of the work, and both must have happened.
  const seqNow = async () => (await garam.call<{ seq: number }>('GET', `/projects/${projectId}`)).seq;
  const before = await seqNow();
  await Promise.all([a.keyboard.press('Alt+ArrowDown'), b.keyboard.press('Alt+ArrowUp')]);
  await expect.poll(seqNow).toBe(before + 2);
  const settled = async () => {
    const { nodes } = await nodesOf(garam, projectId);
    return nodes.filter(({ kind }) => kind === 'chapter').map(({ title }) => title);
  };
  await expect.poll(async () => (await rowsOf(a)).map((row) => row.replace(/^\d+화/, ''))).toEqual(await settled());
  await expect.poll(async () => (await rowsOf(b)).map((row) => row.replace(/^\d+화/, ''))).toEqual(await settled());
  expect(await settled()).toHaveLength(3);
  await Promise.all([first.close(), second.close()]);
});

test('J3: a move and a new scene with text made offline outlive the tab and arrive once', async ({ browser, product }) => {
  const person = await Person.register(product.core.url, '가람');
  const { projectId, path } = await threeChapters(person, '끊긴 차례');
  const { page, context } = await aBrowserOf(browser, product, person);
  await page.goto(studioUrl(product) + path);
  await surface(page).waitFor();
  await expect(page.getByText(/저장됨/).first()).toBeVisible();

  await context.setOffline(true);
  await expect(page.getByText(/오프라인/).first()).toBeVisible({ timeout: 5_000 });
  await tree(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => rowsOf(page)).toEqual(['1화비', '2화눈', '3화달']);
  await page.getByRole('button', { name: '새 회차' }).click();
  await expect(surface(page)).toBeFocused();
  await compose(page, '바다 위에서 쓴 첫 줄.');
  await expect(page.getByText(/대기/).first()).toBeVisible();
  await expect.poll(() => linesOf(page)).toEqual(['바다 위에서 쓴 첫 줄.']);
  const address = page.url();

  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await context.setOffline(false);
  await again.goto(address);
  await expect.poll(() => linesOf(again).catch(() => [])).toEqual(['바다 위에서 쓴 첫 줄.']);
  await expect.poll(() => rowsOf(again)).toEqual(['1화비', '2화눈', '3화달', '4화']);
  await expect(again.getByText(/저장됨/).first()).toBeVisible();
  const { nodes } = await nodesOf(person, projectId);
  expect(nodes.filter(({ kind }) => kind === 'chapter')).toHaveLength(4);
  const made = nodes.find(({ id }) => address.endsWith(id))!;
  await expect.poll(async () => (await person.text(projectId, made.documentId!)).trim()).toBe('바다 위에서 쓴 첫 줄.');
  await context.close();
});
