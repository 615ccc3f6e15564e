import { type AssistTask, type DocumentId, ProblemBody, type Provider, routes, StoryBrief, type TextSpan } from '@cowrite/contract';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { aStory, documentOf, type Person, type Story } from '../platform/testing/scenario.ts';
import { write } from './testing/written.ts';

const { assistGrants } = routes;
const NOTICE = '2026-11';
const openai = { provider: 'openai' as const, notice: NOTICE };
const anthropic = { provider: 'anthropic' as const, notice: NOTICE };

const spanOf = (documentId: DocumentId, text: string, quote: string): TextSpan => ({ documentId, from: text.indexOf(quote), to: text.indexOf(quote) + quote.length, quote });
const brief = (who: Person, story: Story, task: AssistTask, providers: { provider: Provider; notice: string }[] = [openai]) => who.call(assistGrants.brief, { projectId: story.projectId, task, providers });
const turnOn = (story: Story, allowed: { provider: Provider; notice: string }[] = [openai]) => story.owner.call(assistGrants.decide, { projectId: story.projectId, mode: 'on', allowed });

test('help is off until the owner turns it on, for one provider at a time', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { projectId, owner } = story;
  const documentId = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  await write(story, documentId, { by: owner, text: '눈이 왔다.' });
  const task = { feature: 'continue' as const, span: spanOf(documentId, '눈이 왔다.', '눈이 왔다.') };
  expect(await owner.call(assistGrants.settings, { projectId })).toMatchObject({
    mode: 'off',
    allowed: [],
    members: [
      { name: '대표', agreed: [] },
      { name: 'writer', agreed: [] },
    ],
  });
  expect(await brief(owner, story, task).problem).toMatchObject({ code: 'ai-off' });
  expect(await turnOn(story)).toMatchObject({ mode: 'on', allowed: [openai], members: [{ agreed: [openai] }, { agreed: [] }] });
  expect(await brief(owner, story, task)).toMatchObject({ provider: 'openai', also: [], items: [{ id: 'before', text: '눈이 왔다.', of: [owner.user.id] }] });
  expect(await brief(owner, story, task, [anthropic]).problem).toMatchObject({ code: 'consent-needed', details: { people: '대표', provider: 'anthropic' } });
  expect(await brief(owner, story, task, [{ ...openai, notice: 'newer words' }]).problem).toMatchObject({ code: 'consent-needed' });
});

test('a locked work tells nothing, whoever asks and whatever was agreed to', async () => {
  await using story = await aStory({ roles: [] });
  const documentId = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  await write(story, documentId, { by: story.owner, text: '눈이 왔다.' });
  await turnOn(story);
  await story.owner.call(assistGrants.decide, { projectId: story.projectId, mode: 'never', allowed: [openai] });
  expect(await brief(story.owner, story, { feature: 'ask', question: '눈이 언제 왔나', asOf: undefined }).problem).toMatchObject({ code: 'ai-never', status: 403 });
});

test('text of someone who has not agreed stops a task that needs it, and says whose and where', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { owner, as, projectId } = story;
  const documentId = documentOf(await story.add({ kind: 'scene', title: '3화' }));
  await write(story, documentId, { by: owner, text: '내가 쓴 줄.' }, { by: as.writer, text: '네가 쓴 줄.' });
  const text = '내가 쓴 줄.\n네가 쓴 줄.';
  await turnOn(story);
  const all = { feature: 'continue' as const, span: spanOf(documentId, text, text) };
  expect(await brief(owner, story, all).problem).toMatchObject({ code: 'consent-needed', title: expect.stringContaining('writer'), details: { userIds: [as.writer.user.id], where: '3화' } });
  // What is needed is only one’s own; theirs would merely have helped, and stays back.
  const mine = { feature: 'rewrite' as const, span: spanOf(documentId, text, '내가 쓴 줄.') };
  expect(await brief(owner, story, mine)).toMatchObject({ items: [{ id: 'selection', text: '내가 쓴 줄.' }], withheld: [{ title: '3화', of: [{ userId: as.writer.user.id, name: 'writer' }] }] });
  await as.writer.call(assistGrants.agree, { projectId, agreed: [openai] });
  expect(await brief(owner, story, all)).toMatchObject({ items: [{ text, of: [owner.user.id, as.writer.user.id] }], withheld: [] });
  await as.writer.call(assistGrants.agree, { projectId, agreed: [] });
  expect(await brief(owner, story, all).problem).toMatchObject({ code: 'consent-needed' });
  // Their word outlives their membership: it is not asked of nobody.
  await owner.call(routes.members.remove, { projectId, userId: as.writer.user.id });
  expect(await brief(owner, story, all).problem).toMatchObject({ code: 'consent-needed', details: { people: 'writer' } });
});

test('text of nobody who is known is told to nobody', async () => {
  await using story = await aStory({ roles: [] });
  const documentId = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  await write(story, documentId, { by: null, text: '누가 썼는지 모르는 줄.' });
  await turnOn(story);
  expect(await brief(story.owner, story, { feature: 'continue', span: spanOf(documentId, '누가 썼는지 모르는 줄.', '누가 썼는지 모르는 줄.') }).problem).toMatchObject({ code: 'consent-needed' });
});

test('another provider may take over only when all of it may go there', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { owner, as, projectId } = story;
  const documentId = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  await write(story, documentId, { by: owner, text: '내 줄.' }, { by: as.writer, text: '네 줄.' });
  const text = '내 줄.\n네 줄.';
  await turnOn(story, [openai, anthropic]);
  const task = { feature: 'continue' as const, span: spanOf(documentId, text, text) };
  await as.writer.call(assistGrants.agree, { projectId, agreed: [openai] });
  expect(await brief(owner, story, task, [openai, anthropic])).toMatchObject({ provider: 'openai', also: [] });
  await as.writer.call(assistGrants.agree, { projectId, agreed: [openai, anthropic] });
  expect(await brief(owner, story, task, [openai, anthropic])).toMatchObject({ provider: 'openai', also: ['anthropic'] });
});

test('author’s notes, the trash, other works and what comes later never enter', async () => {
  await using story = await aStory({ roles: ['reader'] });
  const { owner, projectId } = story;
  const [first, second, third, trashed] = [
    await story.add({ kind: 'chapter', title: '1화' }),
    await story.add({ kind: 'chapter', title: '2화' }),
    await story.add({ kind: 'chapter', title: '3화' }),
    await story.add({ kind: 'chapter', title: '버린 화' }),
  ];
  await write(story, documentOf(first), { by: owner, text: '등대의 비밀은 첫째 화에 있다.' }, { by: owner, text: '등대의 비밀: 범인은 설화', kind: 'authorNote' });
  await write(story, documentOf(second), { by: owner, text: '등대의 비밀은 둘째 화에도 있다.' });
  await write(story, documentOf(third), { by: owner, text: '등대의 비밀은 셋째 화에서 풀린다.' });
  await write(story, documentOf(trashed), { by: owner, text: '등대의 비밀은 버려졌다.' });
  await owner.call(routes.outline.trash, { projectId, nodeIds: [trashed.id] });
  const foreign = await story.outsider.call(routes.projects.create, { title: '남의 작품' });
  const theirs = documentOf(await story.outsider.call(routes.outline.create, { projectId: foreign.id, kind: 'scene', title: '남의 1화' }));
  await write(story, theirs, { by: story.outsider, text: '등대의 비밀은 남의 것이다.' });
  await turnOn(story);
  const all = await brief(story.as.reader, story, { feature: 'ask', question: '등대의 비밀은?' });
  expect(all.items.map(({ text }) => text).toSorted()).toEqual(['등대의 비밀은 둘째 화에도 있다.', '등대의 비밀은 셋째 화에서 풀린다.', '등대의 비밀은 첫째 화에 있다.']);
  const early = await brief(owner, story, { feature: 'ask', question: '등대의 비밀은?', asOf: second.id });
  expect(early.items.map(({ title }) => title).toSorted()).toEqual(['1화', '2화']);
  expect(JSON.stringify([all, early])).not.toMatch(/범인|버려졌다|남의 것/);
  expect(await brief(owner, story, { feature: 'rewrite', span: spanOf(theirs, '등대의 비밀은 남의 것이다.', '등대') }).problem).toMatchObject({ code: 'not-found' });
  expect(await brief(story.as.reader, story, { feature: 'continue', span: spanOf(documentOf(first), '등대', '등대') }).problem).toMatchObject({ code: 'forbidden' });
});

test('what is hidden from AI never enters, nor does what is under it, and it is not asked about either', async () => {
  await using story = await aStory();
  const { projectId, owner } = story;
  const open = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  const chapter = await story.add({ kind: 'chapter', title: '2화' });
  const hiddenScene = chapter.nodes.find(({ kind }) => kind === 'scene');
  const hidden = hiddenScene!.documentId!;
  const after = documentOf(await story.add({ kind: 'scene', title: '3화' }));
  await write(story, open, { by: owner, text: '설화는 비녀를 우물에 던졌다.' });
  await write(story, hidden, { by: owner, text: '설화의 비녀는 사실 가짜였다.' });
  await write(story, after, { by: owner, text: '봄이 왔다.' });
  await turnOn(story);
  const about = { feature: 'ask' as const, question: '설화의 비녀는 어떻게 되었나?' };
  expect(JSON.stringify((await brief(owner, story, about)).items)).toContain('가짜');

  expect(await owner.call(routes.outline.update, { projectId, nodeId: chapter.id, aiHidden: true })).toMatchObject({ aiHidden: true });
  const asked = await brief(owner, story, about);
  expect(asked.items.map(({ source }) => source?.documentId)).toContain(open);
  expect(JSON.stringify(asked)).not.toContain('가짜');
  // Nor as what came before the next scene.
  expect(JSON.stringify(await brief(owner, story, { feature: 'continue', span: spanOf(after, '봄이 왔다.', '봄이 왔다.') }))).not.toContain('가짜');
  expect(await brief(owner, story, { feature: 'continue', span: spanOf(hidden, '설화의 비녀는 사실 가짜였다.', '가짜였다.') }).problem).toMatchObject({ code: 'hidden-from-ai' });
  for (const nodeId of [chapter.id, hiddenScene!.id]) expect(await brief(owner, story, { feature: 'summarise', nodeId }).problem).toMatchObject({ code: 'hidden-from-ai' });

  await owner.call(routes.outline.update, { projectId, nodeId: chapter.id, aiHidden: false });
  expect(JSON.stringify((await brief(owner, story, about)).items)).toContain('가짜');
});

test('an arc longer than any model takes is told scene by scene', async () => {
  await using story = await aStory();
  const { owner } = story;
  const part = await story.add({ kind: 'part', title: '1부' });
  const long = '눈이 밤새 왔다. '.repeat(11_000);
  for (const title of ['1화', '2화']) await write(story, documentOf(await story.add({ kind: 'scene', title, parentId: part.id })), { by: owner, text: long });
  await turnOn(story);
  const { items } = await brief(owner, story, { feature: 'summarise', nodeId: part.id });
  expect(items.map(({ layer, text }) => [layer, text.length])).toEqual([
    ['text', long.length],
    ['text', long.length],
  ]);
  expect(await brief(owner, story, { feature: 'react', nodeId: part.id }).problem).toMatchObject({ code: 'too-large' });
});

test('a passage says where it stands, and a place that moved is found by its words', async () => {
  await using story = await aStory({ roles: [] });
  const documentId = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  await write(story, documentId, ...Array.from({ length: 60 }, (_, at) => ({ by: story.owner, text: at === 30 ? '설화의 왼팔 흉터는 열두 살 겨울에 생겼다.' : `${at}번째 날에도 눈은 그치지 않고 마을 지붕마다 쌓였다.` })));
  await turnOn(story);
  const { items } = await brief(story.owner, story, { feature: 'ask', question: '설화의 흉터는 언제 생겼지?' });
  const text = await story.owner.call(routes.documents.text, { projectId: story.projectId, documentId });
  expect(items[0]!.text).toContain('열두 살 겨울');
  for (const { source, text: told } of items) expect(text.slice(source!.from, source!.to)).toBe(told);
  const moved = { documentId, from: 3, to: 3 + 11, quote: '설화의 왼팔 흉터는 ' };
  expect((await brief(story.owner, story, { feature: 'rewrite', span: moved })).items.find(({ id }) => id === 'selection')!.text).toBe('설화의 왼팔 흉터는 ');
  expect(await brief(story.owner, story, { feature: 'rewrite', span: { documentId, from: 0, to: 5, quote: '없는 말들' } }).problem).toMatchObject({ code: 'text-changed' });
});

test('what waits to be taken by sync is told as well, as its bringer’s', async () => {
  await using story = await aStory({ roles: [] });
  const documentId = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  const doc = new Y.Doc();
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText('가져온 줄.')]);
  doc.getXmlFragment('default').push([paragraph]);
  await story.database.pool.query('INSERT INTO core.document_edit (id, document_id, project_id, bytes, actor, created_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, now())', [
    documentId,
    story.projectId,
    Buffer.from(Y.encodeStateAsUpdate(doc)),
    story.owner.user.id,
  ]);
  await turnOn(story);
  expect(await brief(story.owner, story, { feature: 'continue', span: spanOf(documentId, '가져온 줄.', '가져온 줄.') })).toMatchObject({ items: [{ text: '가져온 줄.', of: [story.owner.user.id] }] });
});

test('in a scene that two wrote together each character is whose hand it was', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { owner, as } = story;
  const documentId = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  const mine = new Y.Doc();
  const paragraph = new Y.XmlElement('paragraph');
  const words = new Y.XmlText('눈이 왔다.');
  paragraph.insert(0, [words]);
  mine.getXmlFragment('default').push([paragraph]);
  const first = Y.encodeStateAsUpdate(mine);
  const yours = new Y.Doc();
  Y.applyUpdate(yours, first);
  const before = Y.encodeStateVector(yours);
  ((yours.getXmlFragment('default').get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(3, '펑펑 ');
  const second = Y.encodeStateAsUpdate(yours, before);
  const { pool } = story.database;
  await pool.query('INSERT INTO sync.document (document_id, snapshot) VALUES ($1, $2)', [documentId, Buffer.from(Y.mergeUpdates([first, second]))]);
  await pool.query('INSERT INTO sync.client_owner (document_id, client, user_id) VALUES ($1, $2, $3)', [documentId, mine.clientID, owner.user.id]);
  // Whose client that was is not known; who brought it is.
  await pool.query('INSERT INTO sync.authorship (document_id, client, user_id, clock_from, clock_to) VALUES ($1, $2, $3, 0, 100)', [documentId, yours.clientID, as.writer.user.id]);
  await turnOn(story);
  const task = (quote: string) => ({ feature: 'rewrite' as const, span: spanOf(documentId, '눈이 펑펑 왔다.', quote) });
  expect(await brief(owner, story, task('눈이 '))).toMatchObject({ items: [{ id: 'selection', of: [owner.user.id] }] });
  expect(await brief(owner, story, task('펑펑')).problem).toMatchObject({ code: 'consent-needed', details: { userIds: [as.writer.user.id] } });
});

test('the AI service reads briefs in a person’s name, as long as that person may, and nothing else', async () => {
  await using story = await aStory({ roles: ['reader'] });
  const { projectId } = story;
  const { reader } = story.as;
  const documentId = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  await write(story, documentId, { by: story.owner, text: '눈이 왔다.' });
  await turnOn(story);
  const { ticket } = await reader.call(assistGrants.ticket, { projectId });
  const service = story.browser();
  const as = (bearer: string) => ({ headers: { authorization: `Bearer ${bearer}` } });
  const asked = await service.send('POST', `/projects/${projectId}/assists/mandates`, as(ticket));
  expect(asked.statusCode).toBe(201);
  const { mandate } = asked.json();
  const task = { task: { feature: 'ask', question: '눈이 왔나' }, providers: [openai] };
  const told = async (path = projectId, bearer = mandate) => service.send('POST', `/projects/${path}/briefs`, { body: task, ...as(bearer) });
  story.clock.pass(60_000);
  expect(StoryBrief.parse((await told()).json()).items.map(({ text }) => text)).toEqual(['눈이 왔다.']);
  const refused = async (answer: Promise<{ statusCode: number; json(): unknown }>) => ProblemBody.parse((await answer).json()).code;
  const other = await reader.call(routes.projects.create, { title: '다른 작품' });
  expect(await refused(told(other.id))).toBe('not-found');
  expect(await refused(service.send('GET', `/projects/${projectId}/outline`, as(mandate)))).toBe('signed-out');
  expect(await refused(service.send('POST', `/projects/${projectId}/assists/mandates`, as(mandate)))).toBe('signed-out');
  expect(await refused(service.send('POST', `/projects/${projectId}/assists/mandates`, as(ticket)))).toBe('signed-out');
  expect(await refused(told(projectId, ticket))).toBe('signed-out');
  await story.owner.call(routes.members.remove, { projectId, userId: reader.user.id });
  expect(await refused(told())).toBe('not-found');
});

test('a mandate is worth nothing once its person signed out', async () => {
  await using story = await aStory({ roles: [] });
  const { projectId, owner } = story;
  const { mandate } = await owner.call(assistGrants.mandate, { projectId });
  await owner.call(routes.accounts.logout, {});
  story.clock.pass(4_000);
  const answer = await story.browser().send('POST', `/projects/${projectId}/briefs`, { body: { task: { feature: 'ask', question: '눈' }, providers: [openai] }, headers: { authorization: `Bearer ${mandate}` } });
  expect(ProblemBody.parse(answer.json()).code).toBe('signed-out');
});

/** A work of so many chapters, a scene each, by the owner. */
async function aSerial(story: Story, count: number) {
  const chapters = [];
  for (let number = 1; number <= count; number++) {
    const chapter = await story.add({ kind: 'chapter', title: `${number}화` });
    await write(story, documentOf(chapter), { by: story.owner, text: `${number}번째 밤에 닭이 울었다.` });
    chapters.push(chapter);
  }
  return chapters;
}
const forecastOn = (story: Story, more: object = {}) => story.owner.call(assistGrants.decide, { projectId: story.projectId, mode: 'on', allowed: [openai], forecast: true, ...more });

test('a forecast is off until the owner turns it on, whoever asks, and off again with help by AI', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const [first] = await aSerial(story, 1);
  const forecast = { feature: 'forecast' as const, fromId: first!.id, toId: first!.id };
  const endings = { feature: 'endings' as const, nodeId: first!.id, other: { text: '닭이 죽었다.' } };
  expect((await turnOn(story)).forecast).toBe(false);
  for (const task of [forecast, endings]) expect(await brief(story.owner, story, task).problem).toMatchObject({ code: 'forecast-off', status: 403 });
  expect((await forecastOn(story)).forecast).toBe(true);
  expect(await brief(story.owner, story, forecast)).toMatchObject({ items: [{ id: 'episode-1-1', layer: 'text', episode: { nodeId: first!.id, title: '1화' } }] });
  await forecastOn(story, { mode: 'off' });
  expect(await brief(story.owner, story, forecast).problem).toMatchObject({ code: 'ai-off' });
});

test('of a forecast every episode is told as it stands, the last eight before it besides, and nothing after', async () => {
  await using story = await aStory({ roles: ['reader', 'reviewer'] });
  const chapters = await aSerial(story, 12);
  await forecastOn(story);
  const { items } = await brief(story.owner, story, { feature: 'forecast', fromId: chapters[9]!.id, toId: chapters[10]!.id });
  expect(items.map(({ id, layer, text, of, episode }) => [id, layer, text.split('번')[0], of, episode!.title])).toEqual([
    ...Array.from({ length: 8 }, (_, at) => [`earlier-${at + 1}-1`, 'recap', `${at + 2}`, [story.owner.user.id], `${at + 2}화`]),
    ['episode-1-1', 'text', '10', [story.owner.user.id], '10화'],
    ['episode-2-1', 'text', '11', [story.owner.user.id], '11화'],
  ]);
  // A scene of a chapter means its chapter; from the end to the beginning there is nothing.
  const scene = (chapter: (typeof chapters)[number]) => chapter.nodes.find(({ kind }) => kind === 'scene')!.id;
  expect((await brief(story.owner, story, { feature: 'forecast', fromId: scene(chapters[0]!), toId: scene(chapters[0]!) })).items.map(({ episode }) => episode!.nodeId)).toEqual([chapters[0]!.id]);
  expect(await brief(story.owner, story, { feature: 'forecast', fromId: chapters[1]!.id, toId: chapters[0]!.id }).problem).toMatchObject({ code: 'not-found' });
  expect(await brief(story.as.reader, story, { feature: 'forecast', fromId: chapters[0]!.id, toId: chapters[0]!.id }).problem).toMatchObject({ code: 'forbidden' });
  const other = await story.outsider.call(routes.projects.create, { title: '남의 작품' });
  const theirs = await story.outsider.call(routes.outline.create, { projectId: other.id, kind: 'scene', title: '남의 1화' });
  expect(await brief(story.owner, story, { feature: 'forecast', fromId: theirs.id, toId: theirs.id }).problem).toMatchObject({ code: 'not-found' });
});

test('a forecast of a hundred and one episodes is refused', async () => {
  await using story = await aStory({ roles: [] });
  const nodes = [];
  for (let number = 1; number <= 101; number++) nodes.push(await story.add({ kind: 'scene', title: `${number}화` }));
  await forecastOn(story);
  expect(await brief(story.owner, story, { feature: 'forecast', fromId: nodes[0]!.id, toId: nodes[100]!.id }).problem).toMatchObject({ code: 'too-large', details: { limit: '100 episodes' } });
});

test('a hidden episode is left out of a forecast, and one by somebody unwilling stops it; before it, it only is not remembered', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { owner, projectId } = story;
  const [first, second, third] = await aSerial(story, 3);
  await forecastOn(story);
  const titles = async (from: { id: NonNullable<typeof first>['id'] }, to = from) => (await brief(owner, story, { feature: 'forecast', fromId: from.id, toId: to.id })).items.map(({ id, episode }) => [id, episode!.title]);
  await owner.call(routes.outline.update, { projectId, nodeId: second!.id, aiHidden: true });
  expect(await titles(first!, third!)).toEqual([
    ['episode-1-1', '1화'],
    ['episode-2-1', '3화'],
  ]);
  expect(await titles(third!)).toEqual([
    ['earlier-1-1', '1화'],
    ['episode-1-1', '3화'],
  ]);
  expect(await brief(owner, story, { feature: 'forecast', fromId: second!.id, toId: second!.id }).problem).toMatchObject({ code: 'hidden-from-ai' });
  const empty = await story.add({ kind: 'chapter', title: '빈 화' });
  expect(await brief(owner, story, { feature: 'forecast', fromId: empty.id, toId: empty.id }).problem).toMatchObject({ code: 'not-found' });

  const theirs = await story.add({ kind: 'scene', title: '4화' });
  await write(story, documentOf(theirs), { by: story.as.writer, text: '네가 쓴 화.' });
  const last = await story.add({ kind: 'scene', title: '5화' });
  await write(story, documentOf(last), { by: owner, text: '내가 쓴 화.' });
  expect(await brief(owner, story, { feature: 'forecast', fromId: theirs.id, toId: last.id }).problem).toMatchObject({ code: 'consent-needed', details: { where: '4화' } });
  const later = await brief(owner, story, { feature: 'forecast', fromId: last.id, toId: last.id });
  expect([later.items.map(({ episode }) => episode!.title), later.withheld]).toEqual([['1화', '3화', '5화'], [{ title: '4화', of: [{ userId: story.as.writer.user.id, name: 'writer' }] }]]);
});

test('two endings: from where the ending begins, or its last scene; the other is a scene, or the asker’s own words', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { owner, projectId } = story;
  const chapter = await story.add({ kind: 'chapter', title: '2화' });
  const opening = documentOf(chapter);
  await write(story, opening, { by: owner, text: '눈이 왔다.' }, { by: owner, text: '닭이 울었다.' });
  const closing = await story.add({ kind: 'scene', title: '끝', parentId: chapter.id });
  await write(story, documentOf(closing), { by: owner, text: '문이 열렸다.' });
  const instead = await story.add({ kind: 'scene', title: '다른 끝' });
  await write(story, documentOf(instead), { by: story.as.writer, text: '문은 닫혀 있었다.' });
  await forecastOn(story);
  const told = async (task: object) => (await brief(owner, story, { feature: 'endings', nodeId: chapter.id, ...task } as AssistTask)).items.map(({ id, text }) => [id, text]);
  expect(await told({ other: { text: '아무도 없었다.' } })).toEqual([
    ['until-1', '눈이 왔다.\n닭이 울었다.'],
    ['now-1', '문이 열렸다.'],
    ['other-1', '아무도 없었다.'],
  ]);
  const begins = spanOf(opening, '눈이 왔다.\n닭이 울었다.', '닭이 울었다.');
  expect(await told({ begins, other: { text: '아무도 없었다.' } })).toEqual([
    ['until-1', '눈이 왔다.\n'],
    ['now-1', '닭이 울었다.'],
    ['now-2', '문이 열렸다.'],
    ['other-1', '아무도 없었다.'],
  ]);
  const bringing = await brief(owner, story, { feature: 'endings', nodeId: chapter.id, other: { text: '아무도 없었다.' } });
  expect(bringing.items.at(-1)).toMatchObject({ source: null, of: [owner.user.id] });
  const chosen: AssistTask = { feature: 'endings', nodeId: chapter.id, other: { nodeId: instead.id } };
  expect(await brief(owner, story, chosen).problem).toMatchObject({ code: 'consent-needed', details: { people: 'writer', where: '다른 끝' } });
  await story.as.writer.call(assistGrants.agree, { projectId, agreed: [openai] });
  expect((await brief(owner, story, chosen)).items.at(-1)).toMatchObject({ id: 'other-1', text: '문은 닫혀 있었다.', of: [story.as.writer.user.id] });
  // What somebody brings is theirs, and needs their own word.
  await owner.call(assistGrants.agree, { projectId, agreed: [] });
  expect(await brief(story.as.writer, story, { feature: 'endings', nodeId: instead.id, other: { text: '내가 붙인 끝.' } })).toMatchObject({ items: [{ id: 'now-1' }, { id: 'other-1', of: [story.as.writer.user.id] }] });
  await owner.call(routes.outline.update, { projectId, nodeId: instead.id, aiHidden: true });
  expect(await brief(story.as.writer, story, chosen).problem).toMatchObject({ code: 'hidden-from-ai' });
  expect(await brief(story.as.writer, story, { feature: 'endings', nodeId: chapter.id, begins: { ...begins, quote: '없는 말' }, other: { text: '끝.' } }).problem).toMatchObject({ code: 'text-changed' });
});
