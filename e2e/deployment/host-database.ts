import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPassword, startEmbeddedPostgres } from '@cowrite/service-kit';
import { Client } from 'pg';
import type { House } from './house.ts';

/** A PostgreSQL of this machine, outside of every container. */
export interface HostDatabase {
  what: string;
  /** The environment in which the house's commands find it. */
  environment: Record<string, string>;
  /** Makes the user and the database for a house. */
  prepare(house: House): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const PORT = 5432;
const CLUSTER = 'cowritedrill';
const run = (program: string, ...words: string[]): string => execFileSync(program, words, { cwd: '/', encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8' } });

/** Debian's, in a cluster of its own that is dropped afterwards; where there is none, the one that `npm start` brings. */
export const hostDatabase = (): Promise<HostDatabase> => (existsSync('/usr/bin/pg_createcluster') && process.getuid?.() === 0 ? debians() : brought());

async function debians(): Promise<HostDatabase> {
  const version = readdirSync('/usr/lib/postgresql').toSorted().at(-1)!;
  run('pg_createcluster', version, CLUSTER, '-p', String(PORT), '--start-conf', 'manual');
  run('pg_ctlcluster', version, CLUSTER, 'start');
  return {
    what: `Debian’s PostgreSQL ${version}, by ./cowrite setup-db`,
    environment: { PGCLUSTER: `${version}/${CLUSTER}` },
    async prepare(house) {
      await house.cowrite('setup-db');
      run('pg_ctlcluster', version, CLUSTER, 'restart');
      // Once more changes nothing.
      await house.cowrite('setup-db');
    },
    async [Symbol.asyncDispose]() {
      run('pg_dropcluster', '--stop', version, CLUSTER);
    },
  };
}

async function brought(): Promise<HostDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'cowrite-host-database-'));
  const password = newPassword();
  const options = { dataDir: join(folder, 'database'), password, port: PORT };
  await (await startEmbeddedPostgres(options)).stop();
  appendFileSync(join(folder, 'database/pg_hba.conf'), 'host all cowrite 172.16.0.0/12 scram-sha-256\n');
  const bridge = run('docker', 'network', 'inspect', 'bridge', '-f', '{{(index .IPAM.Config 0).Gateway}}').trim();
  const database = await startEmbeddedPostgres({ ...options, settings: { listen_addresses: `127.0.0.1,${bridge}` } });
  return {
    what: 'the PostgreSQL that npm start brings',
    environment: {},
    async prepare(house) {
      const client = new Client({ connectionString: database.url('postgres') });
      await client.connect();
      await client.query('CREATE DATABASE cowrite');
      await client.end();
      house.write(
        '.env',
        `JWT_SECRET=${newPassword()}${newPassword()}\nREDIS_PASSWORD=${password}\nPOSTGRES_PASSWORD=${password}\nREDIS_URL=redis://:${password}@redis:6379\nDATABASE_URL=postgresql://cowrite:${password}@host.docker.internal:${PORT}/cowrite\nFRONTEND_URL=http://localhost\n`,
        0o600,
      );
    },
    async [Symbol.asyncDispose]() {
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
