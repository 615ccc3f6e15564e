import { type Call, type ProjectEvent, routes } from '@cowrite/contract';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { aStory, documentOf, type Person, type Story } from '../platform/testing/scenario.ts';

const MODEL = { provider: 'openai', model: 'gpt-5.6', assistId: '01990000-0000-7000-8000-000000000001' } as const;

/** A scene whose lines are written anew by `write`, as an edit of core's own that sync has not taken yet. */
async function aScene(story: Story) {
  const documentId = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  const doc = new Y.Doc();
  const write = async (...lines: string[]): Promise<void> => {
    const before = Y.encodeStateVector(doc);
    const fragment = doc.getXmlFragment('default');
    doc.transact(() => {
      fragment.delete(0, fragment.length);
      fragment.push(
        lines.map((line) => {
          const paragraph = new Y.XmlElement('paragraph');
          paragraph.insert(0, [new Y.XmlText(line)]);
          return paragraph;
        }),
      );
    });
    await story.database.pool.query('INSERT INTO core.document_edit (id, document_id, project_id, bytes, actor, created_at) VALUES ($1, $2, $3, $4, $5, now())', [
      randomUUID(),
      documentId,
      story.projectId,
      Buffer.from(Y.encodeStateAsUpdate(doc, before)),
      story.owner.user.id,
    ]);
  };
  const at = { projectId: story.projectId, documentId, language: 'en' };
  const keep = (by: Person, segments: Call<typeof routes.translations.keep>['segments'], more: Partial<Call<typeof routes.translations.keep>> = {}) => by.call(routes.translations.keep, { ...at, segments, model: MODEL, ...more });
  const read = (by: Person = story.owner) => by.call(routes.translations.read, at);
  const shown = async (): Promise<string[]> => (await read()).segments.map(({ source, target, state }) => `${state}: ${source} = ${target}`);
  return { documentId, at, write, keep, read, shown };
}
const lastEvent = async (story: Story): Promise<ProjectEvent['change']> => {
  const { rows } = await story.database.pool.query<{ change: ProjectEvent['change'] }>('SELECT change FROM core.project_event WHERE project_id = $1 ORDER BY seq DESC LIMIT 1', [story.projectId]);
  return rows[0]!.change;
};

test('a translation is kept beside its scene, by a person, with the model named, and everyone is told', async () => {
  await using story = await aStory({ roles: ['reader', 'writer'] });
  const scene = await aScene(story);
  await scene.write('비가 왔다. 설화는 웃었다.', '“누구요?”');
  expect(await scene.read(story.as.reader)).toEqual({ documentId: scene.documentId, language: 'en', segments: [], untranslated: 3 });
  const { translation, ...figures } = await scene.keep(story.as.writer, [
    { source: '비가 왔다.', target: 'It rained.' },
    { source: '“누구요?”', target: '“Who is it?”' },
  ]);
  expect(figures).toEqual({ kept: 2, left: 0, unplaced: 0 });
  expect(translation).toMatchObject({ untranslated: 1, segments: [{ source: '비가 왔다.', before: null, target: 'It rained.', madeBy: story.as.writer.user.id, model: MODEL, changedBy: null, rev: 1, state: 'current' }, { after: null }] });
  expect(await scene.read(story.as.reader)).toEqual(translation);
  expect(await lastEvent(story)).toEqual({ type: 'translation.changed', documentId: scene.documentId, language: 'en' });
  expect(await story.as.reader.call(routes.translations.list, scene.at)).toMatchObject({ items: [{ language: 'en', segments: 2 }] });
  expect((await scene.keep(story.as.reader, [{ source: '비가 왔다.', target: 'x' }]).problem).code).toBe('forbidden');
  // It is never part of the manuscript.
  expect(await story.owner.call(routes.documents.text, scene.at)).toBe('비가 왔다. 설화는 웃었다.\n“누구요?”');
});

test('one changed sentence is exactly one stale segment; a paragraph that moved is none; one that went leaves an orphan', async () => {
  await using story = await aStory({ roles: [] });
  const scene = await aScene(story);
  await scene.write('비가 왔다. 설화는 웃었다.', '“누구요?”');
  const all = ['비가 왔다.', '설화는 웃었다.', '“누구요?”'].map((source, at) => ({ source, target: `${at}` }));
  await scene.keep(story.owner, all);
  await scene.write('비가 왔다. 설화는 크게 웃었다.', '“누구요?”');
  expect(await scene.shown()).toEqual(['current: 비가 왔다. = 0', 'stale: 설화는 웃었다. = 1', 'current: “누구요?” = 2']);
  await scene.write('“누구요?”', '비가 왔다. 설화는 웃었다.');
  expect(new Set((await scene.read()).segments.map(({ state }) => state))).toEqual(new Set(['current']));
  await scene.write('비가 왔다.', '“누구요?”');
  expect((await scene.shown())[1]).toBe('orphaned: 설화는 웃었다. = 1');

  // Kept anew, in the order of the text as it is; the orphan stays where it was until somebody takes it out.
  await scene.write('“누구요?”', '눈이 왔다.', '비가 왔다.');
  await scene.keep(story.owner, [{ source: '눈이 왔다.', target: '3' }]);
  expect((await scene.shown()).toSorted()).toEqual(['current: “누구요?” = 2', 'current: 눈이 왔다. = 3', 'current: 비가 왔다. = 0', 'orphaned: 설화는 웃었다. = 1']);
  expect((await scene.shown()).filter((row) => row.startsWith('current'))).toEqual(['current: “누구요?” = 2', 'current: 눈이 왔다. = 3', 'current: 비가 왔다. = 0']);
  const orphan = (await scene.read()).segments.find(({ state }) => state === 'orphaned')!;
  await story.owner.call(routes.translations.remove, { ...scene.at, segmentId: orphan.id });
  expect((await scene.read()).segments).toHaveLength(3);
  expect((await story.owner.call(routes.translations.remove, { ...scene.at, segmentId: orphan.id }).problem).code).toBe('not-found');
});

test('a sentence that was changed or went while a model worked is kept and stale, or told as not placed', async () => {
  await using story = await aStory({ roles: [] });
  const scene = await aScene(story);
  await scene.write('비가 왔다. 설화는 크게 웃었다. 눈이 왔다.');
  const { translation, ...figures } = await scene.keep(story.owner, [
    { source: '비가 왔다.', target: '0' },
    { source: '설화는 웃었다.', target: '1' },
    { source: '점순이가 감자를 내밀었다.', target: '2' },
  ]);
  expect(figures).toEqual({ kept: 2, left: 0, unplaced: 1 });
  expect(translation.segments.map(({ source, state }) => [source, state])).toEqual([
    ['비가 왔다.', 'current'],
    ['설화는 웃었다.', 'stale'],
  ]);
});

test('keeping again replaces what it translates anew, and asks first where somebody changed it by hand', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const scene = await aScene(story);
  await scene.write('비가 왔다. 눈이 왔다. 해가 났다.');
  const said = (...targets: string[]) => ['비가 왔다.', '눈이 왔다.', '해가 났다.'].slice(0, targets.length).map((source, at) => ({ source, target: targets[at]! }));
  const { translation } = await scene.keep(story.owner, said('0', '1', '2'));
  const [first] = translation.segments;
  const change = (more: object) => story.as.writer.call(routes.translations.change, { ...scene.at, segmentId: first!.id, target: 'It poured.', rev: 1, ...more });
  expect(await change({})).toMatchObject({ target: 'It poured.', changedBy: story.as.writer.user.id, madeBy: story.owner.user.id, rev: 2, state: 'current' });
  expect((await change({}).problem).details).toMatchObject({ current: 2 });

  const refused = await scene.keep(story.owner, said('00', '11')).problem;
  expect([refused.code, refused.details]).toEqual(['changed-by-hand', { count: 1 }]);
  expect((await scene.shown())[1]).toBe('current: 눈이 왔다. = 1');
  expect(await scene.keep(story.owner, said('00', '11'), { handmade: 'leave' })).toMatchObject({ kept: 1, left: 1 });
  expect(await scene.shown()).toEqual(['current: 비가 왔다. = It poured.', 'current: 눈이 왔다. = 11', 'current: 해가 났다. = 2']);
  await scene.keep(story.owner, said('00', '111'), { handmade: 'replace' });
  expect(await scene.shown()).toEqual(['current: 비가 왔다. = 00', 'current: 눈이 왔다. = 111', 'current: 해가 났다. = 2']);
  // Each language is a translation of its own.
  await story.owner.call(routes.translations.keep, { ...scene.at, language: 'ja', segments: [{ source: '비가 왔다.', target: '雨が降った。' }], model: null });
  expect(await scene.shown()).toHaveLength(3);
  expect((await story.owner.call(routes.translations.list, scene.at)).items.map(({ language, segments }) => [language, segments])).toEqual([
    ['en', 3],
    ['ja', 1],
  ]);
});

test('a stale segment is mended: by a new translation in its place, or by hand for the sentence as it is now', async () => {
  await using story = await aStory({ roles: [] });
  const scene = await aScene(story);
  await scene.write('비가 왔다. 눈이 왔다.');
  const { translation } = await scene.keep(story.owner, [
    { source: '비가 왔다.', target: '0' },
    { source: '눈이 왔다.', target: '1' },
  ]);
  await scene.write('비가 그쳤다. 진눈깨비가 왔다.');
  expect(await scene.shown()).toEqual(['stale: 비가 왔다. = 0', 'stale: 눈이 왔다. = 1']);
  const [first, second] = translation.segments;
  await scene.keep(story.owner, [{ source: '비가 그쳤다.', target: '00', replaces: first!.id }]);
  expect(await scene.shown()).toEqual(['current: 비가 그쳤다. = 00', 'stale: 눈이 왔다. = 1']);
  const mend = (source: string) => story.owner.call(routes.translations.change, { ...scene.at, segmentId: second!.id, target: 'It sleeted.', source, rev: 1 });
  expect((await mend('아무도 쓰지 않은 말이다.').problem).code).toBe('text-changed');
  expect(await mend('진눈깨비가 왔다.')).toMatchObject({ state: 'current', source: '진눈깨비가 왔다.', model: MODEL });
  expect(await scene.shown()).toEqual(['current: 비가 그쳤다. = 00', 'current: 진눈깨비가 왔다. = It sleeted.']);
});

test('a scene in the trash keeps its translation and takes none; with the scene it goes, and with the work', async () => {
  await using story = await aStory({ roles: [] });
  const scene = await aScene(story);
  await scene.write('비가 왔다.');
  await scene.keep(story.owner, [{ source: '비가 왔다.', target: '0' }]);
  const { nodes } = await story.owner.call(routes.outline.list, { projectId: story.projectId });
  await story.owner.call(routes.outline.trash, { projectId: story.projectId, nodeIds: [nodes[0]!.id] });
  expect(await scene.shown()).toEqual(['current: 비가 왔다. = 0']);
  expect((await scene.keep(story.owner, [{ source: '비가 왔다.', target: '1' }]).problem).code).toBe('in-trash');
  const count = async (): Promise<number> => Number((await story.database.pool.query<{ count: string }>('SELECT count(*) FROM core.translation_segment')).rows[0]!.count);
  expect(await count()).toBe(1);
  await story.database.pool.query('DELETE FROM core.document WHERE id = $1', [scene.documentId]);
  expect(await count()).toBe(0);
});

test('another work’s translations are not found under one’s own', async () => {
  await using story = await aStory({ roles: [] });
  const scene = await aScene(story);
  await scene.write('비가 왔다.');
  const { translation } = await scene.keep(story.owner, [{ source: '비가 왔다.', target: '0' }]);
  const mine = await story.outsider.call(routes.projects.create, { title: '내 작품' });
  const at = { ...scene.at, projectId: mine.id, segmentId: translation.segments[0]!.id };
  const codes = await Promise.all([
    story.outsider.call(routes.translations.list, { projectId: mine.id, documentId: scene.documentId }).problem,
    story.outsider.call(routes.translations.read, { projectId: mine.id, documentId: scene.documentId, language: 'en' }).problem,
    story.outsider.call(routes.translations.keep, { projectId: mine.id, documentId: scene.documentId, language: 'en', segments: [{ source: '비가 왔다.', target: '1' }], model: null }).problem,
    story.outsider.call(routes.translations.change, { ...at, target: '1', rev: 1 }).problem,
    story.outsider.call(routes.translations.remove, at).problem,
  ]);
  expect(codes.map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => 'not-found'));
  expect(await scene.shown()).toEqual(['current: 비가 왔다. = 0']);
});

test('two who keep at once are both kept', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const scene = await aScene(story);
  const sources = Array.from({ length: 10 }, (_, at) => `${at}번째 눈이 왔다.`);
  await scene.write(sources.join(' '));
  await Promise.all(sources.map((source, at) => scene.keep(at % 2 === 0 ? story.owner : story.as.writer, [{ source, target: `${at}` }])));
  expect((await scene.shown()).map((row) => row.split(' = ')[1])).toEqual(sources.map((_, at) => `${at}`));
});
