import { type Call, NodeId, ProjectEvent, routes } from '@cowrite/contract';
import { mayContain, OutlineTree } from '@cowrite/manuscript';
import { newId } from '@cowrite/service-kit';
import { expect, test } from 'vitest';
import { aStory, documentOf, HandClock, type Story } from '../platform/testing/scenario.ts';

const { outline } = routes;
type Without<T> = Omit<T, 'projectId'>;

const move = (story: Story, input: Without<Call<typeof outline.move>>) => story.owner.call(outline.move, { projectId: story.projectId, ...input });
const eventsOf = async (story: Story) => (await story.database.pool.query('SELECT event FROM core.project_events_since($1, 0, 10000)', [story.projectId])).rows.map((row) => ProjectEvent.parse(row.event));

/** 1부 { 1화, 2화 }, 2부 { 3화 } — each 화 with its scene. */
async function aSerial(roles: Parameters<typeof aStory>[0] = { roles: [] }) {
  const story = await aStory(roles);
  const one = await story.add({ kind: 'part', title: '1부' });
  const two = await story.add({ kind: 'part', title: '2부' });
  const first = await story.add({ kind: 'chapter', title: '1화', parentId: one.id });
  const second = await story.add({ kind: 'chapter', title: '2화', parentId: one.id });
  const third = await story.add({ kind: 'chapter', title: '3화', parentId: two.id });
  return Object.assign(story, { one, two, first, second, third });
}

test('new nodes go last, or where they are wanted; a chapter comes with its scene', async () => {
  await using story = await aSerial();
  await story.add({ kind: 'scene', title: '외딴 장면' });
  await story.add({ kind: 'chapter', title: '프롤로그', at: { place: 'before', nodeId: story.first.id } });
  expect(await story.drawn()).toEqual(['1부', '  프롤로그', '    ·', '  1화', '    ·', '  2화', '    ·', '2부', '  3화', '    ·', '외딴 장면']);
  const { nodes } = await story.owner.call(outline.list, { projectId: story.projectId });
  expect(nodes.find((node) => node.title === '프롤로그')!.numbering).toBe('uncounted');
  expect(nodes.filter((node) => node.documentId !== null).map((node) => node.kind)).toEqual(['scene', 'scene', 'scene', 'scene', 'scene']);
  expect(documentOf(story.first)).not.toBe(story.first.id);
});

test('the same ids again make nothing twice', async () => {
  await using story = await aSerial();
  const clock = new HandClock();
  const ids = { id: newId(NodeId, clock.now()), sceneId: newId(NodeId, clock.now()) };
  const once = await story.add({ kind: 'chapter', title: '4화', ...ids });
  const twice = await story.add({ kind: 'chapter', title: '4화', ...ids });
  expect(twice).toEqual(once);
  expect(once.nodes.map((node) => node.id)).toEqual([ids.id, ids.sceneId]);
  expect((await story.drawn()).filter((line) => line.includes('4화'))).toHaveLength(1);
});

test('the same idempotency key is the same request, and another request may not use it', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { projectId } = story;
  const create = (title: string, key: string, person = story.owner) => person.call(outline.create, { projectId, kind: 'scene', title }, { 'idempotency-key': key });
  const once = await create('가', 'key-1');
  expect(await create('가', 'key-1')).toEqual(once);
  expect(await create('나', 'key-1').problem).toMatchObject({ code: 'key-reused', status: 409 });
  await create('가', 'key-1', story.as.writer);
  expect(await story.owner.call(outline.create, { projectId, kind: 'scene', title: '다', parentId: once.id }, { 'idempotency-key': 'key-2' }).problem).toMatchObject({ code: 'impossible-move' });
  await create('라', 'key-2');
  story.clock.pass(24 * 3_600_000 + 1);
  await story.owner.call(routes.accounts.refresh, {});
  await create('가', 'key-1');
  expect(await story.drawn()).toEqual(['가', '가', '라', '가']);
});

test('moves one or many, keeping their order, and answers the final places', async () => {
  await using story = await aSerial();
  const { nodes } = await move(story, { nodeIds: [story.third.id, story.second.id], to: { place: 'before', nodeId: story.first.id } });
  expect(nodes.map((node) => [node.title, node.parentId, node.rev])).toEqual([
    ['2화', story.one.id, 2],
    ['3화', story.one.id, 2],
  ]);
  expect(await story.drawn()).toEqual(['1부', '  2화', '    ·', '  3화', '    ·', '  1화', '    ·', '2부']);
  await move(story, { nodeIds: [story.one.id], to: { place: 'into', nodeId: null } });
  expect((await story.drawn())[0]).toBe('2부');
});

test('refuses what cannot be, and nothing has moved then', async () => {
  await using story = await aSerial();
  const before = await story.drawn();
  expect(await move(story, { nodeIds: [story.one.id], to: { place: 'into', nodeId: story.first.id } }).problem).toMatchObject({ code: 'impossible-move', status: 409 });
  expect(await move(story, { nodeIds: [story.third.id, story.one.id], to: { place: 'before', nodeId: story.first.id } }).problem).toMatchObject({ code: 'impossible-move' });
  expect(await move(story, { nodeIds: [newId(NodeId, new HandClock().now())], to: { place: 'into', nodeId: null } }).problem).toMatchObject({ code: 'not-found' });
  await story.owner.call(outline.trash, { projectId: story.projectId, nodeIds: [story.two.id] });
  expect(await move(story, { nodeIds: [story.first.id], to: { place: 'into', nodeId: story.two.id } }).problem).toMatchObject({ code: 'in-trash' });
  expect(await story.owner.call(outline.update, { projectId: story.projectId, nodeId: story.two.id, title: '휴지통 속' }).problem).toMatchObject({ code: 'in-trash' });
  expect(await story.drawn()).toEqual(before.slice(0, 5));
});

test('a change made from an old state is refused with the current one', async () => {
  await using story = await aSerial();
  const { projectId } = story;
  const nodeId = story.first.id;
  expect(await story.owner.call(outline.update, { projectId, nodeId, title: '닭싸움', status: 'done', label: '퇴고', note: '산길', rev: 1 })).toMatchObject({ title: '닭싸움', status: 'done', label: '퇴고', note: '산길', rev: 2 });
  expect(await story.owner.call(outline.update, { projectId, nodeId, title: '옛 제목', rev: 1 }).problem).toMatchObject({ code: 'stale-revision', details: { current: 2 } });
  expect(await story.owner.call(outline.update, { projectId, nodeId, numbering: 'side-story' })).toMatchObject({ title: '닭싸움', numbering: 'side-story', rev: 3 });
});

test('the trash takes what is under a node along, and gives it back to where it was', async () => {
  await using story = await aSerial();
  const { projectId, owner } = story;
  const before = await story.drawn();
  const { nodeIds } = await owner.call(outline.trash, { projectId, nodeIds: [story.one.id, story.first.id] });
  expect(nodeIds).toHaveLength(5);
  expect(await story.drawn()).toEqual(['2부', '  3화', '    ·']);
  expect((await owner.call(outline.trashed, { projectId })).nodes.map((node) => node.title)).toEqual(['1부']);
  expect((await owner.call(outline.trash, { projectId, nodeIds: [story.one.id] })).nodeIds).toEqual([]);
  await owner.call(outline.restore, { projectId, nodeIds: [story.one.id] });
  expect(await story.drawn()).toEqual(before);
});

test('what was thrown away by itself stays in the trash, and comes to the root when its place is gone', async () => {
  await using story = await aSerial();
  const { projectId, owner } = story;
  await owner.call(outline.trash, { projectId, nodeIds: [story.first.id] });
  await owner.call(outline.trash, { projectId, nodeIds: [story.one.id] });
  await owner.call(outline.restore, { projectId, nodeIds: [story.first.id] });
  expect(await story.drawn()).toEqual(['2부', '  3화', '    ·', '1화', '  ·']);
  await owner.call(outline.restore, { projectId, nodeIds: [story.one.id] });
  expect(await story.drawn()).toEqual(['1부', '  2화', '    ·', '2부', '  3화', '    ·', '1화', '  ·']);
  const { rows } = await story.database.pool.query('SELECT * FROM core.document_place($1)', [documentOf(story.second)]);
  expect(rows).toEqual([{ project_id: projectId, trashed: false }]);
});

test('a work in the trash is read and not changed, until it is taken back', async () => {
  await using story = await aSerial({ roles: ['writer'] });
  const { projectId, owner } = story;
  await owner.call(routes.projects.trash, { projectId });
  expect(await story.as.writer.call(outline.create, { projectId, kind: 'scene', title: '가' }).problem).toMatchObject({ code: 'in-trash', status: 409 });
  expect(await owner.call(routes.projects.update, { projectId, title: '나' }).problem).toMatchObject({ code: 'in-trash' });
  await story.as.writer.call(outline.list, { projectId });
  expect((await owner.call(routes.projects.list, { state: 'trashed' })).items).toHaveLength(1);
  await owner.call(routes.projects.restore, { projectId });
  await story.as.writer.call(outline.create, { projectId, kind: 'scene', title: '가' });
});

test('the shelf says how many write, and where one was', async () => {
  await using story = await aSerial({ roles: ['writer'] });
  const { projectId, owner } = story;
  const scene = story.first.nodes.find((node) => node.kind === 'scene')!;
  await owner.call(routes.projects.rememberPlace, { projectId, nodeId: scene.id });
  const { items } = await owner.call(routes.projects.list, {});
  expect(items).toEqual([expect.objectContaining({ title: '달밤의 식당', role: 'owner', memberCount: 2, charactersWithSpaces: 0, lastPlace: { nodeId: scene.id, title: '1화', at: expect.any(String) } })]);
  const renamed = await owner.call(routes.projects.update, { projectId, title: '새 제목', settings: { episodeGoal: 5500 }, rev: 1 });
  expect(renamed).toMatchObject({ title: '새 제목', settings: { episodeGoal: 5500 }, rev: 2 });
  expect(await owner.call(routes.projects.update, { projectId, title: '옛', rev: 1 }).problem).toMatchObject({ code: 'stale-revision', details: { current: 2 } });
  expect(await owner.call(routes.projects.archive, { projectId })).toMatchObject({ state: 'archived' });
});

test('moves made at the same moment never make a cycle or an orphan, and the events tell everyone the same end', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { projectId } = story;
  const series = await Promise.all(Array.from({ length: 4 }, (_, at) => story.add({ kind: 'series', title: `시리즈 ${at}` })));
  const parts = await Promise.all(Array.from({ length: 6 }, (_, at) => story.add({ kind: 'part', title: `부 ${at}`, parentId: series[at % 4]!.id })));
  const scenes = await Promise.all(Array.from({ length: 8 }, (_, at) => story.add({ kind: 'scene', title: `장면 ${at}`, parentId: parts[at % 6]!.id })));
  const start = await story.owner.call(outline.list, { projectId });
  const all = [...series, ...parts, ...scenes];
  // A fixed hand: the same storm every time.
  let seed = 20261123;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const moves = Array.from({ length: 80 }, (_, at) => {
    const person = at % 2 === 0 ? story.owner : story.as.writer;
    const target = all[next(all.length)]!.id;
    return person.call(outline.move, { projectId, nodeIds: [all[next(all.length)]!.id, all[next(all.length)]!.id], to: next(2) === 0 ? { place: 'into', nodeId: target } : { place: 'before', nodeId: target } });
  });
  const outcomes = await Promise.allSettled(moves);
  expect(outcomes.some((outcome) => outcome.status === 'fulfilled')).toBe(true);

  const end = await story.owner.call(outline.list, { projectId });
  const tree = new OutlineTree(end.nodes);
  expect(end.nodes).toHaveLength(all.length);
  for (const node of end.nodes) expect(mayContain(node.parentId === null ? null : tree.get(node.parentId)!.kind, node.kind)).toBe(true);
  // Someone who read the outline at the start and heard the events sees what a fresh read shows.
  const copy = new Map(start.nodes.map((node) => [node.id, node]));
  for (const { seq, change } of await eventsOf(story)) if (seq > start.seq && change.type === 'nodes.changed') for (const node of change.nodes) copy.set(node.id, node);
  expect(new OutlineTree(copy.values()).readingOrder()).toEqual(end.nodes);
});

test('one node moved by two people at once stands in one place, and both are told it', async () => {
  await using story = await aSerial({ roles: ['writer'] });
  const { projectId } = story;
  await Promise.all([
    story.owner.call(outline.move, { projectId, nodeIds: [story.second.id], to: { place: 'into', nodeId: story.two.id } }),
    story.as.writer.call(outline.move, { projectId, nodeIds: [story.second.id], to: { place: 'into', nodeId: null } }),
  ]);
  const { nodes } = await story.owner.call(outline.list, { projectId });
  const last = (await eventsOf(story)).at(-1)!.change;
  expect(last.type === 'nodes.changed' ? last.nodes.map((node) => [node.id, node.parentId]) : null).toEqual([[story.second.id, nodes.find((node) => node.id === story.second.id)!.parentId]]);
});

test('a project holds so many nodes and no more', async () => {
  await using story = await aStory({ roles: [], environment: { COWRITE_NODES_MAX: '3' } });
  await story.add({ kind: 'chapter', title: '1화' });
  expect(await story.add({ kind: 'chapter', title: '2화' }).catch((failure) => failure.problem)).toMatchObject({ code: 'too-large', status: 413 });
  await story.add({ kind: 'scene', title: '장면' });
});
