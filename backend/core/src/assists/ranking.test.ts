import { type DocumentId, type ProjectId, routes, type UserId } from '@cowrite/contract';
import { connect } from '@cowrite/service-kit';
import { aDatabase } from '@cowrite/service-kit/testing';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect as connectTo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type Database, databaseOver } from '../platform/database.ts';
import { aStory, documentOf, type Story } from '../platform/testing/scenario.ts';
import { Workers } from '../platform/workers.ts';
import { directionOf, nearestTo } from './nearest.ts';
import { findPgvector, isNewEnough } from './pgvector.ts';
import { type Near, Ranking, type Sought } from './ranking.ts';
import { aDatabaseOfPGlite, WAYS } from './testing/with-pgvector.ts';

const { assistGrants, outline } = routes;
const source = { provider: 'openai' as const, notice: '2026-11', model: 'embedding' };
const allowed = [{ provider: source.provider, notice: source.notice }];

const workers = new Workers({ foldTimeoutMs: 20_000 });
afterAll(() => workers.close());

const bytes = (...numbers: number[]): Buffer => Buffer.from(Float32Array.from(numbers).buffer);

/** What a ranking said, in the order in which it said it. */
function aLog() {
  const said: string[] = [];
  const say =
    (level: string) =>
    (_about: object, what: string): void =>
      void said.push(`${level}: ${what}`);
  return { said, info: say('info'), warn: say('warn') };
}

/** Keeps the numbers of passages as they would be kept, whatever their scene says. */
const keep = ({ database, projectId }: Pick<Story, 'database' | 'projectId'>, documentId: DocumentId, authors: readonly UserId[], passages: readonly { hash: string; vector: Buffer }[], more: object = {}) =>
  databaseOver(database.pool)
    .insertInto('core.passage_meaning')
    .values(passages.map(({ hash, vector }) => ({ document_id: documentId, project_id: projectId, provider: source.provider, model: source.model, hash, authors: [...authors], vector, direction: directionOf(vector), ...more })))
    .execute();

const ask = (db: Database, ranking: Ranking, projectId: ProjectId, documentIds: readonly DocumentId[], vector: Buffer, { limit = 16, ...more }: Partial<typeof source & { limit: number }> = {}): Promise<Near[]> =>
  db.transaction().execute((tx) => ranking.nearest(tx, { among: { ...source, ...more, projectId, documentIds, bytes: vector.byteLength }, vector, limit } satisfies Sought));

/** Numbers between -1 and 1, the same for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

describe.each(WAYS)('$way', ({ way, says, inDatabase }) => {
  /** A work with two scenes, whose owner and whose writer agreed, and what ranks its passages. */
  async function aWork() {
    const story = await aStory({ roles: ['writer'], inDatabase });
    const scenes = [documentOf(await story.add({ kind: 'scene', title: '1화' })), documentOf(await story.add({ kind: 'scene', title: '2화' }))] as const;
    await story.owner.call(assistGrants.decide, { projectId: story.projectId, mode: 'on', allowed, byMeaning: true });
    await story.as.writer.call(assistGrants.agree, { projectId: story.projectId, agreed: allowed });
    const log = aLog();
    const db = databaseOver(story.database.pool);
    const ranking = new Ranking(db, workers, log);
    await ranking.find();
    return { ...story, db, log, ranking, scenes, authors: [story.owner.user.id], ask: ask.bind(null, db, ranking) };
  }

  test('it says once, when it starts, which way it ranks', async () => {
    await using work = await aWork();
    expect(work.log.said).toEqual([says]);
  });

  test('of many passages the nearest are found in their order, equally near ones by their scene and their hash', async () => {
    await using work = await aWork();
    const next = numbersFrom(7);
    const made = Array.from({ length: 600 }, (_, at) => ({
      documentId: work.scenes[at % 2]!,
      hash: `h${String((at * 37) % 600).padStart(3, '0')}`,
      // Some are the same as others, and some point the same way and are longer.
      vector: bytes(...(at % 10 === 9 ? Array.from({ length: 48 }, (_none, i) => (i === 0 ? 1 : i === 1 ? 0.25 : 0)) : Array.from({ length: 48 }, next))),
    }));
    for (const documentId of work.scenes)
      await keep(
        work,
        documentId,
        work.authors,
        made.filter((passage) => passage.documentId === documentId),
      );
    const inOrder = made.toSorted((a, b) => (`${a.documentId} ${a.hash}` < `${b.documentId} ${b.hash}` ? -1 : 1));
    for (const vector of [bytes(...Array.from({ length: 48 }, next)), bytes(...Array.from({ length: 48 }, next)), bytes(1, 0.25, ...Array.from({ length: 46 }, () => 0))]) {
      const expected = nearestTo(
        vector,
        inOrder.map((passage) => passage.vector),
        16,
      ).map((at) => ({ documentId: inOrder[at]!.documentId, hash: inOrder[at]!.hash }));
      expect(await work.ask(work.projectId, work.scenes, vector)).toEqual(expected);
    }
    expect(work.log.said).toHaveLength(1);
  });

  test('numbers that point nowhere, that overflow and of another length neither fail a question nor are found wrongly', async () => {
    await using work = await aWork();
    const [scene] = work.scenes;
    await keep(work, scene, work.authors, [
      { hash: 'a-not-a-number', vector: bytes(Number.NaN, 1) },
      { hash: 'b-endless', vector: bytes(Infinity, 1) },
      { hash: 'c-nowhere', vector: bytes(0, 0) },
      { hash: 'd-longer', vector: bytes(1, 0, 0) },
      { hash: 'e-great', vector: bytes(3e38, 3e37) },
      { hash: 'f-small', vector: bytes(1e-42, 1e-44) },
      { hash: 'g-away', vector: bytes(-1, 0) },
    ]);
    expect((await work.ask(work.projectId, work.scenes, bytes(1, 0))).map(({ hash }) => hash)).toEqual(['f-small', 'e-great', 'g-away']);
    expect((await work.ask(work.projectId, work.scenes, bytes(1, 0, 0))).map(({ hash }) => hash)).toEqual(['d-longer']);
    for (const nowhere of [bytes(0, 0), bytes(Number.NaN, 0), bytes(Infinity, 0)]) expect(await work.ask(work.projectId, work.scenes, nowhere)).toEqual([]);
    expect(work.log.said).toHaveLength(1);
  });

  test('nothing is found of scenes that are not asked about, of another work, model, provider or notice', async () => {
    await using work = await aWork();
    const [first, second] = work.scenes;
    const passage = (hash: string) => [{ hash, vector: bytes(1, 0) }];
    await keep(work, first, work.authors, passage('first'));
    await keep(work, second, work.authors, passage('second'));
    await keep(work, second, work.authors, passage('other-model'), { model: 'another' });
    await keep(work, second, work.authors, passage('other-provider'), { provider: 'endpoint' });
    const other = await work.owner.call(routes.projects.create, { title: '다른 작품' });
    const theirs = documentOf(await work.owner.call(outline.create, { projectId: other.id, kind: 'scene', title: '1화' }));
    await work.owner.call(assistGrants.decide, { projectId: other.id, mode: 'on', allowed, byMeaning: true });
    await keep({ ...work, projectId: other.id }, theirs, work.authors, passage('theirs'));
    // A row that says of itself that it is of this work and stands in a scene of the other one.
    await keep(work, theirs, work.authors, passage('mislaid'));
    const found = async (projectId: ProjectId, documentIds: readonly DocumentId[]) => (await work.ask(projectId, documentIds, bytes(1, 0))).map(({ hash }) => hash);
    const both = work.scenes.toSorted().map((id) => (id === first ? 'first' : 'second'));
    expect(await found(work.projectId, work.scenes)).toEqual(both);
    expect(await found(work.projectId, [first])).toEqual(['first']);
    expect(await found(work.projectId, [])).toEqual([]);
    expect(await found(work.projectId, [first, theirs])).toEqual(['first']);
    expect(await found(other.id, [...work.scenes, theirs])).toEqual(['theirs']);
    expect(await work.ask(work.projectId, work.scenes, bytes(1, 0), { notice: 'newer words' })).toEqual([]);
    expect((await work.ask(work.projectId, work.scenes, bytes(1, 0), { model: 'another' })).map(({ hash }) => hash)).toEqual(['other-model']);
  });

  test('a passage is found while everyone whose words are in it agrees, and not a moment longer', async () => {
    await using work = await aWork();
    const { owner, as, projectId, scenes, database } = work;
    await keep(work, scenes[0], [owner.user.id], [{ hash: 'of-one', vector: bytes(1, 0) }]);
    await keep(work, scenes[0], [owner.user.id, as.writer.user.id], [{ hash: 'of-both', vector: bytes(1, 0) }]);
    const found = async () => (await work.ask(projectId, scenes, bytes(1, 0))).map(({ hash }) => hash);
    expect(await found()).toEqual(['of-both', 'of-one']);
    // A word given for another work, or to another provider, is none for this.
    const other = await owner.call(routes.projects.create, { title: '다른 작품' });
    await database.pool.query("INSERT INTO core.ai_consent (project_id, user_id, provider, notice, agreed_at) VALUES ($1, $3, 'openai', $4, now()), ($2, $3, 'endpoint', $4, now())", [other.id, projectId, as.writer.user.id, source.notice]);
    // By hand, so that the numbers stay where they are: that they go as well is another wall.
    await database.pool.query("DELETE FROM core.ai_consent WHERE provider = 'openai' AND project_id = $1 AND user_id = $2", [projectId, as.writer.user.id]);
    expect(await found()).toEqual(['of-one']);
    await database.pool.query("UPDATE core.ai_consent SET notice = 'older words' WHERE project_id = $1", [projectId]);
    expect(await found()).toEqual([]);
  });

  test('the best that may not be told do not crowd out those that may', async () => {
    await using work = await aWork();
    const { owner, as, projectId, scenes, database } = work;
    const many = (from: number, slant: number) => Array.from({ length: 200 }, (_, at) => ({ hash: `h${from + at}`, vector: bytes(1, slant + at / 1_000) }));
    await keep(work, scenes[0], [as.writer.user.id], many(0, 0));
    await keep(work, scenes[1], [owner.user.id], many(1_000, 2));
    await database.pool.query('DELETE FROM core.ai_consent WHERE user_id = $1', [as.writer.user.id]);
    expect((await work.ask(projectId, scenes, bytes(1, 0), { limit: 3 })).map(({ hash }) => hash)).toEqual(['h1000', 'h1001', 'h1002']);
  });

  test(`numbers that were kept before there were directions are ranked after the migration (${way})`, async () => {
    await using work = await aWork();
    const next = numbersFrom(11);
    await keep(work, work.scenes[0], work.authors, [
      ...Array.from({ length: 40 }, (_, at) => ({ hash: `h${at}`, vector: bytes(...Array.from({ length: 24 }, () => next() * 10 ** (at - 20))) })),
      { hash: 'nowhere', vector: bytes(0, 0, 0) },
      { hash: 'no number', vector: bytes(1, Number.NaN) },
      { hash: 'endless', vector: bytes(1, -Infinity) },
      { hash: 'cut', vector: Buffer.from([1, 2, 3]) },
      { hash: 'small beside great', vector: bytes(1e30, 1e-30, -1e-45) },
    ]);
    const directions = async () => (await work.database.pool.query<{ hash: string; direction: number[] | null }>('SELECT hash, direction FROM core.passage_meaning ORDER BY hash')).rows;
    const before = await directions();
    await work.database.pool.query('ALTER TABLE core.passage_meaning DROP COLUMN direction');
    await work.database.pool.query(await readFile(join(import.meta.dirname, '..', '..', 'migrations', '0011_directions_of_passages.sql'), 'utf8'));
    const after = await directions();
    expect(after.map(({ hash, direction }) => [hash, direction?.length])).toEqual(before.map(({ hash, direction }) => [hash, direction?.length]));
    expect(after.filter(({ direction }) => direction === null).map(({ hash }) => hash)).toEqual(['cut', 'endless', 'no number', 'nowhere']);
    const apart = after.flatMap(({ direction }, at) => direction?.map((number, i) => Math.abs(number - before[at]!.direction![i]!)) ?? []);
    expect([apart.length, Math.max(...apart) < 1e-6]).toEqual([40 * 24 + 3, true]);
  });
});

test('where the extension is gone while core runs, no question fails, and it is said once', async () => {
  await using story = await aStory({ roles: [], inDatabase: aDatabaseOfPGlite });
  const scene = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  await story.owner.call(assistGrants.decide, { projectId: story.projectId, mode: 'on', allowed, byMeaning: true });
  await keep(
    story,
    scene,
    [story.owner.user.id],
    [
      { hash: 'near', vector: bytes(1, 0) },
      { hash: 'far', vector: bytes(0, 1) },
    ],
  );
  const db = databaseOver(story.database.pool);
  const log = aLog();
  const ranking = new Ranking(db, workers, log);
  await ranking.find();
  const asked = () => ask(db, ranking, story.projectId, [scene], bytes(1, 0.1));
  const before = await asked();
  await story.database.pool.query('DROP EXTENSION vector');
  expect([before.map(({ hash }) => hash), await asked(), await asked()]).toEqual([['near', 'far'], before, before]);
  expect(log.said).toEqual(['info: passages by meaning are ranked by pgvector', 'warn: the extension vector is gone: passages are ranked exactly until core starts again']);
  // After a restart it is found again.
  const again = new Ranking(db, workers, log);
  await again.find();
  expect([await ask(db, again, story.projectId, [scene], bytes(1, 0.1)), log.said.at(-1)]).toEqual([before, 'info: passages by meaning are ranked by pgvector']);
});

test('a statement of the extension that fails otherwise is answered exactly, and the next one is tried again', async () => {
  await using story = await aStory({ roles: [], inDatabase: aDatabaseOfPGlite });
  const scene = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  await story.owner.call(assistGrants.decide, { projectId: story.projectId, mode: 'on', allowed, byMeaning: true });
  await keep(story, scene, [story.owner.user.id], [{ hash: 'near', vector: bytes(1, 0) }]);
  // Of a length that its numbers do not have: the extension refuses to compare it.
  await keep(story, scene, [story.owner.user.id], [{ hash: 'spoilt', vector: bytes(0, 1) }], { direction: [1, 0, 0] });
  const db = databaseOver(story.database.pool);
  const log = aLog();
  const ranking = new Ranking(db, workers, log);
  await ranking.find();
  const asked = async () => (await ask(db, ranking, story.projectId, [scene], bytes(1, 0.1))).map(({ hash }) => hash);
  expect([await asked(), await asked()]).toEqual([
    ['near', 'spoilt'],
    ['near', 'spoilt'],
  ]);
  expect(log.said.slice(1)).toEqual(Array.from({ length: 2 }, () => 'warn: the extension vector failed: these passages were ranked exactly'));
});

test('the extension is put where this role may put it, used in whichever schema it is, and not used when it is too old', async () => {
  await using database = await aDatabaseOfPGlite();
  const db = databaseOver(database.pool);
  // PGlite has one session, whoever asks.
  await database.pool.query('CREATE ROLE services; SET ROLE services');
  expect(await findPgvector(db)).toEqual({ missing: 'the extension vector is not in this database, and this role may not put it there' });
  await database.pool.query('RESET ROLE');
  const found = await findPgvector(db);
  expect(found).toMatchObject({ schema: 'public', version: expect.stringMatching(/^0\.\d/) });
  await database.pool.query('DROP EXTENSION vector; CREATE SCHEMA "다른 곳"; CREATE EXTENSION vector SCHEMA "다른 곳"');
  expect(await findPgvector(db)).toEqual({ ...found, schema: '다른 곳' });
  await database.pool.query('SET ROLE services');
  expect(await findPgvector(db)).toEqual({ missing: expect.stringContaining('does not work') });
  await database.pool.query("RESET ROLE; SET allow_system_table_mods = on; UPDATE pg_extension SET extversion = '0.4.4' WHERE extname = 'vector'");
  expect(await findPgvector(db)).toEqual({ missing: 'the extension vector is 0.4.4, older than 0.5' });
  expect(['0.4.4', '0.5.0', '0.8.1', '0.10.0', '1.0', 'unknown'].map(isNewEnough)).toEqual([false, true, true, true, true, false]);
});

test('a server that does not have the extension says so', async () => {
  await using database = await aDatabase();
  expect(await findPgvector(databaseOver(database.pool))).toEqual({ missing: 'this PostgreSQL does not have the extension vector' });
});

test('a database that is away when core starts is asked again with a question', async () => {
  await using story = await aStory({ roles: [], inDatabase: aDatabaseOfPGlite });
  const scene = documentOf(await story.add({ kind: 'scene', title: '1화' }));
  await story.owner.call(assistGrants.decide, { projectId: story.projectId, mode: 'on', allowed, byMeaning: true });
  await keep(story, scene, [story.owner.user.id], [{ hash: 'near', vector: bytes(1, 0) }]);
  const url = new URL(story.database.url);
  // Whoever comes before the way is open is sent away.
  let isOpen = false;
  const way = createServer((socket) => {
    socket.on('error', () => undefined);
    if (!isOpen) return void socket.destroy();
    const beyond = connectTo(Number(url.port), url.hostname).on('error', () => socket.destroy());
    socket.pipe(beyond).pipe(socket);
  });
  const port = await new Promise<number>((resolve) => way.listen(0, '127.0.0.1', () => resolve((way.address() as AddressInfo).port)));
  const pool = connect(`postgres://postgres@127.0.0.1:${port}/postgres`, { name: 'core-test' });
  const db = databaseOver(pool);
  const log = aLog();
  const ranking = new Ranking(db, workers, log);
  await ranking.find();
  isOpen = true;
  expect(await ask(db, ranking, story.projectId, [scene], bytes(1, 0))).toEqual([{ documentId: scene, hash: 'near' }]);
  await vi.waitFor(() => expect(log.said).toEqual(['warn: whether the database ranks passages by meaning is not known yet; until then they are ranked exactly', 'info: passages by meaning are ranked by pgvector']));
  expect(await ask(db, ranking, story.projectId, [scene], bytes(1, 0))).toEqual([{ documentId: scene, hash: 'near' }]);
  await pool.end();
  await new Promise((resolve) => way.close(resolve));
});
