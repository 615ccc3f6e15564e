import { Client } from 'pg';
import { Person } from '../../bench/people.ts';
import { aBrowserOf, expect, linesOf, studioUrl, surface, test } from './product.ts';

test('a long scene that this browser never had is fetched, compressed, and shown whole', async ({ browser, product }) => {
  const [garam, naru] = [await Person.register(product.core.url, '가람'), await Person.register(product.core.url, '나루')];
  const projectId = await garam.project('긴 장면');
  await garam.invite(projectId, naru, 'reader');
  const { documentId, nodes } = await garam.call<{ documentId: string; nodes: { id: string; kind: string }[] }>('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: '1화' });
  const path = `/p/${projectId}/s/${nodes.find(({ kind }) => kind === 'scene')!.id}`;
  const { page: a } = await aBrowserOf(browser, product, garam);
  await a.goto(studioUrl(product) + path);
  await surface(a).click();
  await a.keyboard.insertText('비는 그치지 않았고 편지는 젖어 갔다. '.repeat(1_000));
  await expect(a.getByText(/저장됨/).first()).toBeVisible();
  const database = new Client({ connectionString: product.databaseUrl });
  await database.connect();
  await expect.poll(async () => (await database.query('SELECT FROM sync.document WHERE document_id = $1 AND length(snapshot) > 32768', [documentId])).rowCount, { timeout: 30_000 }).toBe(1);
  await database.end();

  const { page: b } = await aBrowserOf(browser, product, naru);
  const fetched = b.waitForResponse((response) => response.url().includes('/v1/snapshots/'));
  await b.goto(studioUrl(product) + path);
  const answer = await fetched;
  expect([answer.status(), answer.headers()['content-encoding']]).toEqual([200, 'br']);
  await expect.poll(() => linesOf(b)).toEqual(await linesOf(a));
});
