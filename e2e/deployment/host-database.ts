import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPassword, startEmbeddedPostgres } from '@cowrite/service-kit';
import { Client } from 'pg';
import { bridgeAddress } from './engine.ts';
import { demand, type House } from './house.ts';

/** A PostgreSQL of this machine, outside of every container. */
export interface HostDatabase {
  what: string;
  /** The environment in which the house's commands find it. */
  environment: Record<string, string>;
  /** Makes the user and the database for a house whose settings are made: by `lines`, which the README has for it. */
  prepare(house: House, lines: readonly string[]): Promise<void>;
  /** Makes the role that the services may be beside the owner, as .env now names it; where that is for someone else, there is none. */
  prepareRole?(house: House): Promise<void>;
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
    what: `Debian’s PostgreSQL ${version} by ./cowrite setup-db`,
    environment: { PGCLUSTER: `${version}/${CLUSTER}` },
    async prepare(house, lines) {
      for (const line of lines) {
        // This is root already, and the cluster is another than the machine's own.
        if (line === 'sudo systemctl restart postgresql') run('pg_ctlcluster', version, CLUSTER, 'restart');
        else await house.run('sh', '-c', line.replace(/^sudo /, ''));
      }
      const rules = () => readFileSync(`/etc/postgresql/${version}/${CLUSTER}/pg_hba.conf`, 'utf8');
      const made = rules();
      const [subnet, other] = [house.setting('COWRITE_SUBNET'), '172.29.84.0/24'];
      demand(made.includes(` ${subnet} `) && !made.includes(` ${other} `), `the containers of ${subnet} are let in, and no others`);
      await house.cowrite('setup-db');
      demand(rules() === made, 'once more changes nothing');
    },
    async prepareRole(house) {
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
  const database = await startEmbeddedPostgres({ ...options, settings: { listen_addresses: `127.0.0.1,${bridgeAddress()}` } });
  return {
    what: 'the PostgreSQL that npm start brings',
    environment: {},
    async prepare(house) {
      const client = new Client({ connectionString: database.url('postgres') });
      await client.connect();
      await client.query('CREATE DATABASE cowrite');
      await client.query(`ALTER USER cowrite PASSWORD '${house.setting('POSTGRES_PASSWORD')}'`);
      await client.end();
    },
    async [Symbol.asyncDispose]() {
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
