import { type Call, type ProjectEvent, type Role, routes } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { aStory, type Person, type Story } from '../platform/testing/scenario.ts';

const lastEvent = async (story: Story): Promise<ProjectEvent['change']> => {
  const { rows } = await story.database.pool.query<{ change: ProjectEvent['change'] }>('SELECT change FROM core.project_event WHERE project_id = $1 ORDER BY seq DESC LIMIT 1', [story.projectId]);
  return rows[0]!.change;
};
const roles: readonly Role[] = ['reader', 'reviewer', 'editor', 'writer', 'owner'];

test('the glossary belongs to the work: every member reads it, whoever may write changes it, and everyone is told', async () => {
  await using story = await aStory();
  const { projectId } = story;
  const add = (by: Person, ...pairs: [string, string][]) => by.call(routes.terms.add, { projectId, terms: pairs.map(([source, target]) => ({ source, target, language: 'en' })) });
  expect(await add(story.as.writer, ['설화', 'Seolhwa'], ['검', 'sword'], ['설화', 'Seolhwa'])).toMatchObject({
    added: 2,
    items: [{ source: '검', target: 'sword', note: '', rev: 1, changedBy: story.as.writer.user.id }, { source: '설화' }],
  });
  expect(await lastEvent(story)).toEqual({ type: 'terms.changed' });
  expect((await add(story.owner, ['설화', 'Seolhwa'], ['문', 'door'])).added).toBe(1);
  for (const role of roles) expect((await story.as[role].call(routes.terms.list, { projectId })).items).toHaveLength(3);
  expect((await add(story.as.editor, ['비', 'rain']).problem).code).toBe('forbidden');

  const sword = (await story.owner.call(routes.terms.list, { projectId })).items.find(({ source }) => source === '검');
  const change = (more: object) => story.owner.call(routes.terms.change, { projectId, termId: sword!.id, rev: 1, ...more } as Call<typeof routes.terms.change> & { projectId: string });
  expect(await change({ note: '이름난 검만' })).toMatchObject({ note: '이름난 검만', rev: 2 });
  expect((await change({ note: '늦음' }).problem).code).toBe('stale-revision');
  expect((await change({ rev: 2, source: '문', target: 'door' }).problem).code).toBe('invalid-input');
  await story.owner.call(routes.terms.remove, { projectId, termId: sword!.id });
  expect((await story.owner.call(routes.terms.list, { projectId })).items.map(({ source }) => source).toSorted()).toEqual(['문', '설화']);
});

test('a language has as many terms as a task takes, and none of too many is added', async () => {
  await using story = await aStory({ roles: [] });
  const { projectId } = story;
  const many = (count: number, from = 0, language = 'en') => Array.from({ length: count }, (_, at) => ({ source: `말${from + at}`, target: `word ${from + at}`, language }));
  await story.owner.call(routes.terms.add, { projectId, terms: many(199) });
  expect((await story.owner.call(routes.terms.add, { projectId, terms: many(2, 199) }).problem).code).toBe('too-large');
  expect((await story.owner.call(routes.terms.add, { projectId, terms: [...many(1, 199), ...many(5, 0, 'ja')] })).added).toBe(6);
  expect((await story.owner.call(routes.terms.list, { projectId })).items).toHaveLength(205);
  const mine = await story.outsider.call(routes.projects.create, { title: '내 작품' });
  const termId = (await story.owner.call(routes.terms.list, { projectId })).items[0]!.id;
  expect((await story.outsider.call(routes.terms.remove, { projectId: mine.id, termId }).problem).code).toBe('not-found');
});
