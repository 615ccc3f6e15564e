import { PlainHttp } from '../../bench/checker/plain-http.ts';
import { Person } from '../../bench/people.ts';
import { startStack } from '../../bench/stack.ts';
import { aBrowserOf, compose, expect, linesOf, studioUrl, surface, test } from './product.ts';

/** A house whose network lets plain HTTP through and no WebSocket. */
async function aHouseWithoutWebSockets() {
  const way = await PlainHttp.open();
  const stack = await startStack({ studio: true, env: { COWRITE_WS_URL: `ws://localhost:${way.port}` } });
  way.leadTo(stack.sync.port);
  return { way, stack };
}

test('where WebSockets are blocked two write one scene all the same, also while sync restarts', async ({ browser }) => {
  test.setTimeout(180_000);
  const house = await aHouseWithoutWebSockets();
  await using way = house.way;
  await using product = house.stack;
  const [garam, naru] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '나루')];
  const projectId = await garam.project('막힌 길');
  await garam.invite(projectId, naru, 'writer');
  const { documentId, nodes } = await garam.call<{ documentId: string; nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '1화' });
  const path = `/p/${projectId}/s/${nodes.find(({ kind }) => kind === 'scene')!.id}`;
  const [{ page: a }, { page: b }] = [await aBrowserOf(browser, product, garam), await aBrowserOf(browser, product, naru)];
  for (const page of [a, b]) {
    await page.goto(studioUrl(product) + path);
    await surface(page).waitFor({ timeout: 20_000 });
  }
  await surface(a).click();
  await compose(a, '가람이 막힌 길에서 쓴다. ');
  await expect.poll(() => linesOf(b)).toEqual(['가람이 막힌 길에서 쓴다. ']);
  await surface(b).click();
  await b.keyboard.press('End');
  await compose(b, '나루가 이어 쓴다. ');
  await expect.poll(() => linesOf(a)).toEqual(['가람이 막힌 길에서 쓴다. 나루가 이어 쓴다. ']);
  for (const page of [a, b]) await expect(page.getByText(/저장됨/).first()).toBeVisible();

  await product.sync.end('SIGTERM');
  await a.keyboard.press('End');
  await compose(a, '그 사이에도 쓴다.');
  await product.sync.start();
  for (const page of [a, b]) await expect(page.getByText(/저장됨/).first()).toBeVisible({ timeout: 45_000 });
  await expect.poll(() => linesOf(b), { timeout: 30_000 }).toEqual(await linesOf(a));
  expect((await linesOf(a)).join('')).toContain('그 사이에도 쓴다.');
  await expect.poll(() => garam.text(projectId, documentId)).toContain('그 사이에도 쓴다.');
  expect(way.refused).toBeGreaterThanOrEqual(4);
  expect(way.passed.filter((each) => each === 'POST /v1/streams').length).toBeGreaterThanOrEqual(4);

  // A reload does not ask for a WebSocket again.
  const refused = way.refused;
  await a.reload();
  await expect.poll(() => linesOf(a)).toEqual(await linesOf(b));
  await expect(a.getByText(/저장됨/).first()).toBeVisible();
  expect(way.refused).toBe(refused);
});
