// Hocuspocus with every setting as it comes. Its database extension keeps documents in SQLite by the statements of its
// SQLite extension, through Node's own SQLite: that extension's native module would have to be compiled on most machines.
// REDIS_PORT adds its Redis extension, which is how two of them serve one document.
import { DatabaseSync } from 'node:sqlite';
import { Database } from '@hocuspocus/extension-database';
import { Redis } from '@hocuspocus/extension-redis';
import { Server } from '@hocuspocus/server';

const { DATABASE, PORT, REDIS_PORT } = process.env;
const database = new DatabaseSync(DATABASE, { timeout: 5_000 });
database.exec('CREATE TABLE IF NOT EXISTS documents (name varchar(255) NOT NULL UNIQUE, data blob NOT NULL)');
const find = database.prepare('SELECT data FROM documents WHERE name = ?');
const keep = database.prepare('INSERT INTO documents (name, data) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data');
const storage = new Database({
  fetch: async ({ documentName }) => find.get(documentName)?.data ?? null,
  store: async ({ documentName, state }) => void keep.run(documentName, state),
});
const extensions = [storage, ...(REDIS_PORT ? [new Redis({ host: '127.0.0.1', port: Number(REDIS_PORT) })] : [])];
await new Server({ address: '127.0.0.1', port: Number(PORT), quiet: true, extensions }).listen();
