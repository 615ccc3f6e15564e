import { type Call, type ImportId, routes } from '@cowrite/contract';
import { lengthOf } from '@cowrite/manuscript';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { aStory, type Story } from '../platform/testing/scenario.ts';
import { sceneUpdates } from './scene-updates.ts';

const { imports } = routes;
const utf8 = (text: string) => new TextEncoder().encode(text);

const open = async (story: Story) => (await story.owner.call(imports.open, { projectId: story.projectId })).id;
const add = (story: Story, importId: ImportId, name: string, bytes: Uint8Array) => story.owner.call(imports.addFile, { projectId: story.projectId, importId, name, bytes });
const apply = (story: Story, importId: ImportId, rest: Omit<Call<typeof imports.apply>, 'projectId' | 'importId'> = {}) => story.owner.call(imports.apply, { projectId: story.projectId, importId, ...rest });

/** The texts of all scenes in reading order, as `…/text` answers them. */
async function texts(story: Story): Promise<string[]> {
  const { nodes } = await story.owner.call(routes.outline.list, { projectId: story.projectId });
  return Promise.all(nodes.flatMap(({ documentId }) => (documentId === null ? [] : [story.owner.call(routes.documents.text, { projectId: story.projectId, documentId })])));
}

test('a file is shown as it would be split, and made into parts and chapters with their text', async () => {
  await using story = await aStory({ roles: [] });
  const importId = await open(story);
  const file = await add(story, importId, '소설.txt', utf8('프롤로그\r\n\r\n눈이 왔다.\r\n\r\n1부\r\n\r\n여는 글.\r\n\r\n1화 만남\r\n\r\n“누구요?”\r\n\r\n***\r\n\r\n밤.\r\n2화\r\n끝.\r\n'.normalize('NFD')));
  expect(file).toMatchObject({ encoding: 'utf-8', composed: true, rule: 'numbered', lines: 17 });
  expect(file.sections.map((section) => [section.title, section.kind, section.numbering, section.firstLine, section.lengths.withSpaces])).toEqual([
    ['프롤로그', 'chapter', 'uncounted', '눈이 왔다.', 6],
    ['1부', 'part', 'counted', '여는 글.', 5],
    ['1화 만남', 'chapter', 'counted', '“누구요?”', 11],
    ['2화', 'chapter', 'counted', '끝.', 2],
  ]);
  const { created, nodeIds } = await apply(story, importId);
  expect([created, nodeIds.length]).toEqual([9, 5]);
  expect(await story.drawn()).toEqual(['프롤로그', '  ·', '1부', '  1부', '    ·', '  1화 만남', '    ·', '  2화', '    ·']);
  expect(await texts(story)).toEqual(['눈이 왔다.', '여는 글.', '“누구요?”\n\n***\n\n밤.', '끝.']);
  expect(await apply(story, importId).problem).toMatchObject({ code: 'import-state' });
  expect(await story.owner.call(imports.undo, { projectId: story.projectId, importId })).toEqual({ trashed: 9 });
  expect(await story.drawn()).toEqual([]);
  expect(await story.owner.call(imports.undo, { projectId: story.projectId, importId }).problem).toMatchObject({ code: 'import-state' });
});

test('files come in the order of their numbers, and as they were edited before', async () => {
  await using story = await aStory({ roles: [] });
  const importId = await open(story);
  for (const number of [10, 9, 1]) await add(story, importId, `${number}화.txt`, utf8(`${number}번째 이야기\n둘째 줄`));
  const { files, state } = await story.owner.call(imports.read, { projectId: story.projectId, importId });
  expect([state, files.map((file) => file.name)]).toEqual(['open', ['1화.txt', '9화.txt', '10화.txt']]);
  const part = await story.add({ kind: 'part', title: '모음' });
  const section = { title: '고친 제목', kind: 'chapter' as const, numbering: 'counted' as const, from: 1, to: 2 };
  expect(await apply(story, importId, { files: [{ fileId: files[0]!.id, sections: [{ ...section, to: 3 }] }] }).problem).toMatchObject({ code: 'invalid-input', errors: [{ path: 'files.0.sections.0.to', message: 'outside-the-file' }] });
  await apply(story, importId, {
    parentId: part.id,
    files: [
      { fileId: files[2]!.id, sections: [section] },
      { fileId: files[0]!.id, sections: files[0]!.sections.map(({ lengths: _, firstLine: __, ...rest }) => rest) },
    ],
  });
  expect(await story.drawn()).toEqual(['모음', '  고친 제목', '    ·', '  1화', '    ·']);
  expect(await texts(story)).toEqual(['둘째 줄', '1번째 이야기\n둘째 줄']);
});

test('all or nothing: a refused import leaves no node and no text behind', async () => {
  await using story = await aStory({ roles: [], environment: { COWRITE_NODES_MAX: '4' } });
  const importId = await open(story);
  await add(story, importId, 'a.txt', utf8('1화\n가\n2화\n나\n3화\n다'));
  expect(await apply(story, importId).problem).toMatchObject({ code: 'too-large' });
  const scene = await story.add({ kind: 'scene', title: '장면' });
  expect(await apply(story, importId, { parentId: scene.id }).problem).toMatchObject({ code: 'too-large' });
  expect(await story.drawn()).toEqual(['장면']);
  expect((await story.database.pool.query('SELECT count(*)::int AS waiting FROM core.document_edit')).rows).toEqual([{ waiting: 0 }]);
});

test.each<[string, Uint8Array, string]>([
  ['a zip that is called a text', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), 'known-binary'],
  ['a PDF', utf8('%PDF-1.7\n'), 'known-binary'],
  ['bytes of nothing readable', Uint8Array.from({ length: 4_000 }, (_, at) => (at * 89) % 256), 'damaged'],
  ['UTF-8 cut inside a letter', utf8('그는 문을 열었다').subarray(0, -1), 'damaged'],
])('refuses %s', async (_, bytes, reason) => {
  await using story = await aStory({ roles: [] });
  const importId = await open(story);
  expect(await add(story, importId, '원고.txt', bytes).problem).toMatchObject({ code: 'unreadable-text', status: 422, details: { reason } });
  expect((await story.owner.call(imports.read, { projectId: story.projectId, importId })).files).toEqual([]);
});

test('a file larger than may be is refused while it comes', async () => {
  await using story = await aStory({ roles: [], environment: { COWRITE_IMPORT_BYTES_MAX: '4096' } });
  expect(await add(story, await open(story), 'a.txt', new Uint8Array(4097).fill(0x61)).problem).toMatchObject({ code: 'too-large', status: 413, details: { limit: '4 KiB' } });
});

test('five hundred chapters come in at once, in order, and are waiting for sync', { timeout: 60_000 }, async () => {
  await using story = await aStory({ roles: [] });
  const importId = await open(story);
  const line = '그해 겨울에는 눈이 유난히 늦게까지 내렸고, 사람들은 서로의 안부를 묻지 않았다.';
  const chapters = Array.from({ length: 500 }, (_, at) => `${at + 1}화\n\n${Array.from({ length: 60 }, (__, row) => `${at + 1}-${row} ${line}`).join('\n')}\n\n`);
  await add(story, importId, '연재.txt', utf8(chapters.join('')));
  const { created } = await apply(story, importId);
  expect(created).toBe(1_000);
  const { nodes } = await story.owner.call(routes.outline.list, { projectId: story.projectId });
  expect(nodes.filter((node) => node.kind === 'chapter').map((node) => node.title)).toEqual(chapters.map((_, at) => `${at + 1}화`));
  const last = nodes.at(-1)!;
  expect((await story.owner.call(routes.documents.text, { projectId: story.projectId, documentId: last.documentId! })).split('\n')).toHaveLength(60);
  const { rows } = await story.database.pool.query('SELECT document_id, actor FROM core.take_document_edits(1000)');
  expect([rows.length, rows[0].actor, rows.at(-1).document_id]).toEqual([500, story.owner.user.id, last.documentId]);
  expect((await story.database.pool.query('SELECT 1 FROM core.document_edit')).rowCount).toBe(0);
});

test('no update is larger than a mebibyte, and together they are the text', () => {
  const lines = ['가'.repeat(500_000), '', '😀'.repeat(150_000), ...Array.from({ length: 30_000 }, () => '나 다')];
  const updates = sceneUpdates(lines);
  expect(Math.max(...updates.map((update) => update.length))).toBeLessThan(1_048_576);
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  expect(
    doc
      .getXmlFragment('default')
      .toArray()
      .map((element) =>
        (element as Y.XmlElement)
          .toArray()
          .map((text) => (text as Y.XmlText).toString())
          .join(''),
      ),
  ).toEqual(lines);
});

const corpus = process.env['COWRITE_CORPUS'];
if (corpus !== undefined) {
  test('every file of a corpus keeps every character, at five seconds a megabyte at most', { timeout: 120_000 }, async () => {
    await using story = await aStory({ roles: [] });
    for (const name of readdirSync(corpus).filter((each) => each.endsWith('.txt'))) {
      const bytes = readFileSync(join(corpus, name));
      const started = performance.now();
      const importId = await open(story);
      const file = await add(story, importId, name, bytes);
      const { nodeIds } = await apply(story, importId);
      const seconds = (performance.now() - started) / 1_000;
      expect(seconds).toBeLessThan(Math.max(1, (bytes.length / 1_000_000) * 5));
      const original = lengthOf(bytes.toString('utf8'));
      expect(file.lengths).toEqual(original);
      const { nodes } = await story.owner.call(routes.outline.list, { projectId: story.projectId });
      const own = nodes.filter((node) => node.documentId !== null && nodeIds.some((id) => id === node.parentId));
      const text = (await Promise.all(own.map((node) => story.owner.call(routes.documents.text, { projectId: story.projectId, documentId: node.documentId! })))).join('\n');
      const headings = file.rule === 'whole' || file.rule === 'blank-lines' ? '' : file.sections.map((section) => section.title).join('\n');
      expect([name, lengthOf(text).withSpaces + lengthOf(headings).withSpaces]).toEqual([name, original.withSpaces]);
    }
  });
}
