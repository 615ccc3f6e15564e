import { type DocumentId, MEANINGS_AT_ONCE, type Out, type Role, routes, type UserId } from '@cowrite/contract';
import { describe, expect, test } from 'vitest';
import { aStory, documentOf, type Person, type Story } from '../platform/testing/scenario.ts';
import { nearestTo } from './nearest.ts';
import { aDatabaseOfPGlite, WAYS } from './testing/with-pgvector.ts';
import { write } from './testing/written.ts';

const { assistGrants, outline } = routes;
const NOTICE = '2026-11';
const openai = { provider: 'openai' as const, notice: NOTICE };
const source = { ...openai, model: 'embedding' };
type Unread = Out<typeof assistGrants.unread>;

/** Numbers of a text as a model would give them that knows what it is about: one for each of a few things. */
const THINGS = [/등대|불빛/, /고향|첫울음/, /칼|무기/, /비밀/];
const vectorOf = (text: string): string => Buffer.from(Float32Array.from([...THINGS.map((thing) => (thing.test(text) ? 1 : 0)), 0.1]).buffer).toString('base64');
const turnOn = (story: Story, more: object = { byMeaning: true }) => story.owner.call(assistGrants.decide, { projectId: story.projectId, mode: 'on', allowed: [openai], ...more });
const unread = (who: Person, story: Story): Promise<Unread> => who.call(assistGrants.unread, { projectId: story.projectId, ...source });
const keep = (who: Person, story: { projectId: Story['projectId'] }, passages: Unread['passages']) =>
  who.call(assistGrants.keepMeanings, { projectId: story.projectId, ...source, passages: passages.map(({ documentId, hash, text }) => ({ documentId, hash, vector: vectorOf(text) })) });
const asked = (who: Person, story: { projectId: Story['projectId'] }, question: string, more: object = {}) =>
  who.call(assistGrants.brief, { projectId: story.projectId, task: { feature: 'ask', question, ...more }, providers: [openai], meaning: { ...source, vector: vectorOf(question) } });
const rowsOf = async ({ database }: Story): Promise<number> => (await database.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM core.passage_meaning')).rows[0]!.count;

async function aScene(story: Story, title: string, ...blocks: { by: { user: { id: UserId } } | null; text: string; kind?: string }[]): Promise<DocumentId> {
  const documentId = documentOf(await story.add({ kind: 'scene', title }));
  await write(story, documentId, ...blocks);
  return documentId;
}

/** A work in which somebody was born, in words that a question about it does not have. */
async function aBirth(story: Story): Promise<DocumentId> {
  const documentId = await aScene(story, '1화', { by: story.owner, text: '솔무재에서 첫울음을 터뜨렸다.' });
  await aScene(story, '2화', { by: story.owner, text: '아무 일도 없는 날이었다.' });
  return documentId;
}

describe.each(WAYS)('$way', ({ inDatabase }) => {
  const aTold = ({ roles }: { roles: readonly Role[] }): Promise<Story> => aStory({ roles, inDatabase });

  test('a passage is found by what it means where no word of the question is in it, once its numbers are there', async () => {
    await using story = await aTold({ roles: [] });
    const documentId = await aBirth(story);
    await turnOn(story);
    expect((await asked(story.owner, story, '고향이 어디지?')).items).toEqual([]);
    const { passages } = await unread(story.owner, story);
    expect(passages.map(({ text, of }) => ({ text, of }))).toEqual([
      { text: '솔무재에서 첫울음을 터뜨렸다.', of: [story.owner.user.id] },
      { text: '아무 일도 없는 날이었다.', of: [story.owner.user.id] },
    ]);
    expect(await keep(story.owner, story, passages)).toEqual({ kept: 2 });
    expect(await unread(story.owner, story)).toEqual({ on: true, passages: [], more: false });
    expect((await asked(story.owner, story, '고향이 어디지?')).items[0]).toMatchObject({ text: '솔무재에서 첫울음을 터뜨렸다.', source: { documentId } });
  });

  test('it is off until the owner turns it on, for the provider that is allowed, and readers have nothing sent', async () => {
    await using story = await aTold({ roles: ['reader', 'writer'] });
    await aBirth(story);
    await turnOn(story, {});
    expect(await unread(story.owner, story)).toEqual({ on: false, passages: [], more: false });
    expect((await turnOn(story)).byMeaning).toBe(true);
    // A question is text of whoever asks it.
    expect((await unread(story.as.reader, story)).on).toBe(false);
    for (const who of [story.as.reader, story.as.writer]) await who.call(assistGrants.agree, { projectId: story.projectId, agreed: [openai] });
    expect(await unread(story.as.reader, story)).toEqual({ on: true, passages: [], more: false });
    expect((await story.owner.call(assistGrants.unread, { projectId: story.projectId, ...source, provider: 'endpoint' })).on).toBe(false);
    expect((await story.owner.call(assistGrants.unread, { projectId: story.projectId, ...source, notice: 'newer words' })).on).toBe(false);
    const { passages } = await unread(story.as.writer, story);
    expect(await keep(story.as.reader, story, passages).problem).toMatchObject({ code: 'forbidden' });
    await keep(story.as.writer, story, passages);
    // Whoever reads finds by what is there.
    expect((await asked(story.as.reader, story, '고향이 어디지?')).items).not.toEqual([]);
  });

  test('author’s notes, what is hidden, the trash and text of those who have not agreed are never handed out', async () => {
    await using story = await aTold({ roles: ['writer'] });
    const { owner, as, projectId } = story;
    await aScene(story, '1화', { by: owner, text: '등대의 첫 줄.' }, { by: owner, text: '등대의 비밀: 범인은 설화', kind: 'authorNote' });
    await aScene(story, '2화', { by: as.writer, text: '등대의 남의 줄.' });
    await aScene(story, '3화', { by: null, text: '등대의 누구 것도 아닌 줄.' });
    const hidden = await story.add({ kind: 'scene', title: '4화' });
    await write(story, documentOf(hidden), { by: owner, text: '등대의 숨긴 줄.' });
    await owner.call(outline.update, { projectId, nodeId: hidden.id, aiHidden: true });
    const trashed = await story.add({ kind: 'scene', title: '5화' });
    await write(story, documentOf(trashed), { by: owner, text: '등대의 버린 줄.' });
    await owner.call(outline.trash, { projectId, nodeIds: [trashed.id] });
    await turnOn(story);
    expect((await unread(owner, story)).passages.map(({ text }) => text)).toEqual(['등대의 첫 줄.']);
    // Once they agree, theirs is looked at as well.
    await as.writer.call(assistGrants.agree, { projectId, agreed: [openai] });
    expect((await unread(owner, story)).passages.map(({ text }) => text)).toEqual(['등대의 첫 줄.', '등대의 남의 줄.']);
  });

  test('numbers go with the word of whoever’s text it is, with the provider, with help, with the scene and with the work', async () => {
    await using story = await aTold({ roles: ['writer'] });
    const { owner, as, projectId, database } = story;
    const mine = await aScene(story, '1화', { by: owner, text: '등대의 첫 줄.' });
    await aScene(story, '2화', { by: as.writer, text: '불빛의 남의 줄.' });
    await as.writer.call(assistGrants.agree, { projectId, agreed: [openai] });
    const fill = async (): Promise<number> => {
      await turnOn(story);
      const { passages } = await unread(owner, story);
      if (passages.length > 0) await keep(owner, story, passages);
      return rowsOf(story);
    };
    expect(await fill()).toBe(2);
    const handed = { documentId: mine, hash: 'x', text: '등대', of: [] };
    await as.writer.call(assistGrants.agree, { projectId, agreed: [] });
    expect(await rowsOf(story)).toBe(1);
    expect(JSON.stringify((await asked(owner, story, '등대의 불빛')).items)).not.toContain('남의 줄');
    await as.writer.call(assistGrants.agree, { projectId, agreed: [openai] });
    for (const less of [{ mode: 'off' as const }, { mode: 'never' as const }, { allowed: [] }, { byMeaning: false }]) {
      expect(await fill()).toBe(2);
      await owner.call(assistGrants.decide, { projectId, mode: 'on', allowed: [openai], byMeaning: true, ...less });
      expect([less, await rowsOf(story)]).toEqual([less, 0]);
      // What was handed out before comes too late.
      expect(await keep(owner, story, [handed])).toEqual({ kept: 0 });
    }
    expect(await fill()).toBe(2);
    await database.pool.query('DELETE FROM core.document WHERE id = $1', [mine]);
    expect(await rowsOf(story)).toBe(1);
    const { rows } = await database.pool.query<{ table: string }>(
      "SELECT conrelid::regclass::text AS table FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'c' AND conrelid IN ('core.passage_meaning'::regclass, 'core.passages_read'::regclass) AND confrelid = 'core.project'::regclass",
    );
    expect(rows).toHaveLength(2);
  });

  test('consent under an older notice finds nothing, though its numbers are there', async () => {
    await using story = await aTold({ roles: [] });
    await aBirth(story);
    await turnOn(story);
    await keep(story.owner, story, (await unread(story.owner, story)).passages);
    const { database, projectId } = story;
    await database.pool.query("UPDATE core.ai_consent SET notice = 'older words' WHERE project_id = $1", [projectId]);
    expect((await asked(story.owner, story, '고향이 어디지?')).items).toEqual([]);
  });

  test('only what changed is handed out again, and what it said before is forgotten', async () => {
    await using story = await aTold({ roles: [] });
    const { owner, database } = story;
    const line = (at: number): string => `${at}번째 줄은 ${'길고 긴 이야기의 한 대목이다. '.repeat(24)}`;
    const documentId = await aScene(story, '1화', ...Array.from({ length: 4 }, (_, at) => ({ by: owner, text: line(at) })));
    await turnOn(story);
    await keep(owner, story, (await unread(owner, story)).passages);
    expect(await rowsOf(story)).toBe(4);
    // Settled anew without a change: looked at, and nothing is left to be sent.
    await database.pool.query("UPDATE sync.projection SET settled_at = settled_at + interval '1 second'");
    expect((await unread(owner, story)).passages).toEqual([]);
    await database.pool.query('DELETE FROM sync.update_log WHERE document_id = $1', [documentId]);
    await database.pool.query('DELETE FROM sync.projection WHERE document_id = $1', [documentId]);
    await write(story, documentId, ...[0, 1, 2, 9].map((at) => ({ by: owner, text: line(at) })));
    const { passages } = await unread(owner, story);
    expect(passages.map(({ text }) => text)).toEqual([line(9)]);
    await keep(owner, story, passages);
    expect(await rowsOf(story)).toBe(4);
  });

  test('a long scene is handed out some at a time, until nothing is left', async () => {
    await using story = await aTold({ roles: [] });
    await aScene(story, '1화', ...Array.from({ length: MEANINGS_AT_ONCE + 5 }, (_, at) => ({ by: story.owner, text: `${at}번째 ${'줄이다. '.repeat(100)}` })));
    await turnOn(story);
    const first = await unread(story.owner, story);
    expect([first.passages.length, first.more]).toEqual([MEANINGS_AT_ONCE, true]);
    await keep(story.owner, story, first.passages);
    const second = await unread(story.owner, story);
    expect([second.passages.length, second.more]).toEqual([5, false]);
    await keep(story.owner, story, second.passages);
    expect((await unread(story.owner, story)).passages).toEqual([]);
  });

  test('nothing of one work is found, handed out or kept by another', async () => {
    await using story = await aTold({ roles: [] });
    const { outsider } = story;
    await aScene(story, '1화', { by: story.owner, text: '등대의 비밀은 우리의 암호다.' });
    await turnOn(story);
    const ours = await unread(story.owner, story);
    await keep(story.owner, story, ours.passages);
    const theirs = await outsider.call(routes.projects.create, { title: '남의 작품' });
    const project = { projectId: theirs.id };
    const documentId = documentOf(await outsider.call(outline.create, { ...project, kind: 'scene', title: '남의 1화' }));
    await write({ ...story, ...project }, documentId, { by: outsider, text: '등대의 비밀은 그들의 암호다.' });
    await outsider.call(assistGrants.decide, { ...project, mode: 'on', allowed: [openai], byMeaning: true });
    // Passages of the other work are not taken in, even by their hash.
    expect(await keep(outsider, project, ours.passages)).toEqual({ kept: 0 });
    const handed = await outsider.call(assistGrants.unread, { ...project, ...source });
    await keep(outsider, project, handed.passages);
    const told = await asked(outsider, project, '등대의 비밀은?');
    expect([JSON.stringify([handed, told]).includes('우리의 암호'), JSON.stringify(told).includes('그들의 암호')]).toEqual([false, true]);
    expect(await asked(outsider, story, '등대').problem).toMatchObject({ code: 'not-found' });
    expect(JSON.stringify(await asked(story.owner, story, '등대의 비밀은?'))).not.toContain('그들의 암호');
  });

  test('what comes later is not found by meaning either', async () => {
    await using story = await aTold({ roles: [] });
    const first = await story.add({ kind: 'chapter', title: '1화' });
    await write(story, documentOf(first), { by: story.owner, text: '아무 일도 없었다.' });
    await aScene(story, '2화', { by: story.owner, text: '솔무재에서 첫울음을 터뜨렸다.' });
    await turnOn(story);
    await keep(story.owner, story, (await unread(story.owner, story)).passages);
    expect(JSON.stringify((await asked(story.owner, story, '고향이 어디지?', { asOf: first.id })).items)).not.toContain('첫울음');
  });

  test('of those who are named, who does not agree is told, and nobody else may take over who may not have theirs', async () => {
    await using story = await aTold({ roles: ['writer'] });
    const { owner, as, projectId } = story;
    await aBirth(story);
    const anthropic = { provider: 'anthropic' as const, notice: NOTICE };
    await turnOn(story, { allowed: [openai, anthropic] });
    const told = (people: UserId[]) => owner.call(assistGrants.brief, { projectId, task: { feature: 'ask', question: '날' }, providers: [openai, anthropic], people });
    expect(await told([as.writer.user.id])).toMatchObject({ unwilling: [as.writer.user.id], also: [] });
    await as.writer.call(assistGrants.agree, { projectId, agreed: [openai] });
    expect(await told([as.writer.user.id])).toMatchObject({ unwilling: [], also: [] });
    expect(await told([owner.user.id])).toMatchObject({ unwilling: [], also: ['anthropic'] });
  });
});

test('the nearest are those that point the same way, however long they are; numbers of another kind are passed over', () => {
  const bytes = (...numbers: number[]): Uint8Array => new Uint8Array(Float32Array.from(numbers).buffer);
  expect(nearestTo(bytes(1, 0), [bytes(0, 1), bytes(5, 1), bytes(0.1, 0), bytes(1, 0, 0), bytes(0, 0), bytes(-1, 0)], 3)).toEqual([2, 1, 0]);
});

test('core puts the extension there when it starts, and a question that is asked when it is gone is answered alike', async () => {
  await using story = await aStory({ roles: [], inDatabase: aDatabaseOfPGlite });
  await aBirth(story);
  await turnOn(story);
  await keep(story.owner, story, (await unread(story.owner, story)).passages);
  const extensions = async () => (await story.database.pool.query("SELECT 1 FROM pg_extension WHERE extname = 'vector'")).rowCount;
  expect(await extensions()).toBe(1);
  const before = await asked(story.owner, story, '고향이 어디지?');
  await story.database.pool.query('DROP EXTENSION vector');
  expect([await asked(story.owner, story, '고향이 어디지?'), await extensions()]).toEqual([before, 0]);
  expect(before.items[0]).toMatchObject({ text: '솔무재에서 첫울음을 터뜨렸다.' });
});
