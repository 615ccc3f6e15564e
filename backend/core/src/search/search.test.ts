import { routes } from '@cowrite/contract';
import { initialsOf, lengthOf } from '@cowrite/manuscript';
import { expect, test } from 'vitest';
import { aStory, documentOf, type Story } from '../platform/testing/scenario.ts';

/** What sync's compactor would have written of a scene. */
async function settle(story: Story, documentId: string, text: string, at = story.clock.now()): Promise<void> {
  const { withSpaces, withoutSpaces, withoutPunctuation, sheets } = lengthOf(text);
  await story.database.pool.query(`INSERT INTO sync.projection (document_id, text, initials, with_spaces, without_spaces, without_punctuation, sheets, settled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, [
    documentId,
    text,
    initialsOf(text),
    withSpaces,
    withoutSpaces,
    withoutPunctuation,
    sheets,
    at,
  ]);
}

async function aSettledSerial() {
  const story = await aStory({ roles: ['reader'] });
  const part = await story.add({ kind: 'part', title: '1부' });
  const first = await story.add({ kind: 'chapter', title: '1화', parentId: part.id });
  const second = await story.add({ kind: 'chapter', title: '2화', parentId: part.id });
  await settle(story, documentOf(second), '이설화는 웃었다.\n\n달빛 아래 이설화가, 이설화만.', new Date('2026-11-01T00:00:00Z'));
  await settle(story, documentOf(first), '달빛이 좋았다.');
  return Object.assign(story, { first, second, find: (q: string, limit = 50) => story.as.reader.call(routes.search.find, { projectId: story.projectId, q, limit }) });
}

test('finds substrings in reading order, with the place and the passage', async () => {
  await using story = await aSettledSerial();
  const { items, scenes, more, asOf } = await story.find('달빛');
  expect(items.map(({ path, block, offset, before, match, after }) => [path, block, offset, before, match, after])).toEqual([
    [['1부', '1화'], 0, 0, '', '달빛', '이 좋았다.'],
    [['1부', '2화'], 2, 0, '', '달빛', ' 아래 이설화가, 이설화만.'],
  ]);
  expect([scenes, more, asOf]).toEqual([2, false, '2026-11-01T00:00:00.000Z']);
  expect(await story.find('달빛', 1)).toMatchObject({ scenes: 2, more: true, items: [{ path: ['1부', '1화'] }] });
  expect(await story.find('이설화', 2)).toMatchObject({ scenes: 1, more: true });
});

test('finds by initial consonants, and decomposed queries', async () => {
  await using story = await aSettledSerial();
  expect((await story.find('ㅇㅅㅎ')).items.map((hit) => hit.match)).toEqual(['이설화', '이설화', '이설화']);
  expect((await story.find('달빛'.normalize('NFD'))).items).toHaveLength(2);
});

test('what is no text is found nowhere, and what is in the trash is not found', async () => {
  await using story = await aSettledSerial();
  for (const q of ['%', "' OR 1=1 --", '(달|빛)+', '_']) expect((await story.find(q)).items).toEqual([]);
  await story.owner.call(routes.outline.trash, { projectId: story.projectId, nodeIds: [story.first.id] });
  expect((await story.find('달빛')).items).toHaveLength(1);
});

test('counts add up over the scenes, and stand on the outline, the shelf and the events', async () => {
  await using story = await aSettledSerial();
  const { projectId } = story;
  const lengths = await story.as.reader.call(routes.outline.lengths, { projectId });
  expect(lengths.project).toEqual({ withSpaces: 34, withoutSpaces: 29, withoutPunctuation: 25, sheets: 0.2 });
  expect(lengths.documents[documentOf(story.first)]).toEqual(lengthOf('달빛이 좋았다.'));
  const { nodes } = await story.owner.call(routes.outline.list, { projectId });
  expect(nodes.find((node) => node.documentId === documentOf(story.first))!.lengths).toEqual(lengthOf('달빛이 좋았다.'));
  expect((await story.owner.call(routes.projects.list, {})).items[0]!.charactersWithSpaces).toBe(34);
});
