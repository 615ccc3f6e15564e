import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { vector } from '@electric-sql/pglite/vector';
import { connect, migrate, migrationFolders } from '@cowrite/service-kit';
import { aDatabaseOn, type TestDatabase } from '@cowrite/service-kit/testing';
import { join } from 'node:path';

const FOLDERS = migrationFolders(join(import.meta.dirname, '..', '..', '..', '..', '..'));

/** Speaks PostgreSQL's wire for one of WebAssembly. Its connections take turns, a transaction at a time. */
async function served(db: PGlite): Promise<{ url: string; stop(): Promise<void> }> {
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 20 });
  await server.start();
  return { url: `postgres://postgres@${server.getServerConn()}/postgres`, stop: () => server.stop() };
}

let template: Promise<PGlite> | undefined;

/** With core's real migrations; made once for a file of tests. */
const migrated = (): Promise<PGlite> =>
  (template ??= (async () => {
    const db = await PGlite.create({ extensions: { vector } });
    const { url, stop } = await served(db);
    await migrate(url, FOLDERS);
    await stop();
    return db;
  })());

/**
 * A database of a test's own in a PostgreSQL that has the extension `vector`, which the embedded one has not: PGlite, PostgreSQL
 * in WebAssembly. The extension is there to be created, and is not.
 */
export async function aDatabaseOfPGlite(): Promise<TestDatabase> {
  const db = (await (await migrated()).clone()) as PGlite;
  const { url, stop } = await served(db);
  const pool = connect(url, { name: 'cowrite-test', connectionsMax: 8 });
  return {
    url,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await stop();
      await db.close();
    },
  };
}

/** The same in a server of one's own that has pgvector. `url` is of a role there that may make databases. */
async function aDatabaseOf(url: string): Promise<TestDatabase> {
  const database = await aDatabaseOn(url);
  await migrate(database.url, FOLDERS);
  return database;
}

/**
 * Where what is found by meaning is tested: in the embedded PostgreSQL, which has no such extension; in PGlite; and in the server of
 * `COWRITE_TEST_PGVECTOR_URL`, where one is named. What is said when core starts there is how one knows which way it went.
 */
const server = process.env['COWRITE_TEST_PGVECTOR_URL'];
const BY_PGVECTOR = 'info: passages by meaning are ranked by pgvector';
export const WAYS: readonly { way: string; says: string; inDatabase?: () => Promise<TestDatabase> }[] = [
  { way: 'exactly, in a worker', says: 'info: passages by meaning are ranked exactly, in a worker' },
  { way: 'by pgvector, in PGlite', says: BY_PGVECTOR, inDatabase: aDatabaseOfPGlite },
  ...(server === undefined ? [] : [{ way: 'by pgvector, in a server', says: BY_PGVECTOR, inDatabase: () => aDatabaseOf(server) }]),
];
