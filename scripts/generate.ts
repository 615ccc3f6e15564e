import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { problemPage } from '@cowrite/contract';
import { CoreEnvironment, MigrationEnvironment } from '../backend/core/src/config.ts';
import { openApiDocument } from '@cowrite/service-kit/http';
import { aiApi } from '../backend/ai/src/api.ts';
import { AiConfig } from '../backend/ai/src/config.ts';
import { mediaApi } from '../backend/media/src/api.ts';
import { MediaConfig } from '../backend/media/src/config.ts';
import { coreApi } from '../backend/core/src/platform/api.ts';
import { SyncConfig } from '../backend/sync/src/config.ts';
import { composeEnvironment } from './compose-environment.ts';
import { type EnvironmentSection, environmentPage, variablesOf } from './environment-page.ts';

/**
 * Writes the files that are made from the sources, or with `--check` says which of them differ from what stands.
 * Bundled and run by generate.mjs.
 */
const root = process.env['COWRITE_ROOT'] ?? process.cwd();

/** What only the launcher and the studio read; they have no schema because they parse nothing else. */
const LAUNCHER: EnvironmentSection = {
  title: 'npm start',
  variables: [
    { name: 'JWT_SECRET', fallback: '', example: 'your_very_long_and_secure_jwt_secret_key_here', meaning: 'at least 32 random bytes; without it npm start makes one and keeps it in COWRITE_DATA' },
    { name: 'COWRITE_DATA', fallback: '.data', meaning: 'folder of the database, the secrets and the logs' },
    { name: 'CORE_PORT', fallback: '8100', meaning: 'port of core' },
    { name: 'AI_PORT', fallback: '8101', meaning: 'port of the AI service' },
    { name: 'SYNC_PORT', fallback: '8102', meaning: 'port of sync' },
    { name: 'MEDIA_PORT', fallback: '8103', meaning: 'port of the media service' },
    { name: 'FRONTEND_PORT', fallback: '3100', meaning: 'port of the studio' },
  ],
};
/** What docker-compose.yml reads beyond what it hands to the services. */
const DEPLOYMENT: EnvironmentSection = {
  title: 'docker-compose: give the first five, and what you change',
  variables: [
    {
      name: 'DATABASE_URL',
      fallback: '',
      example: 'postgresql://cowrite:your_secure_password@host.docker.internal:5432/cowrite',
      meaning: 'the PostgreSQL of this machine as containers see it; with the profile db the host is db. npm start: one of your own (16), by localhost; without it npm start brings one in COWRITE_DATA',
    },
    { name: 'POSTGRES_PASSWORD', fallback: '', example: 'your_secure_password', meaning: 'with the profile db: the password of the database that is brought along, the same as in DATABASE_URL' },
    { name: 'REDIS_PASSWORD', fallback: '', example: 'your_redis_password_here', meaning: 'the password of Redis' },
    { name: 'REDIS_URL', fallback: '', example: 'redis://:your_redis_password_here@redis:6379', meaning: 'Redis as containers see it' },
    { name: 'JWT_SECRET', fallback: '', example: 'your_very_long_and_secure_jwt_secret_key_here', meaning: 'at least 32 random bytes; without it npm start makes one and keeps it in COWRITE_DATA' },
    { name: 'COMPOSE_PROFILES', fallback: '', example: 'db', meaning: 'db brings a PostgreSQL along' },
    { name: 'BIND_ADDR', fallback: '127.0.0.1', meaning: 'address of this machine on which everything but nginx is reached' },
    { name: 'HTTP_PORT', fallback: '80', meaning: 'port of nginx' },
    { name: 'HTTPS_PORT', fallback: '443', meaning: 'port of nginx with TLS' },
    { name: 'TLS_MODE', fallback: 'off', meaning: 'off, files or acme; the last two with docker-compose.tls.yml' },
    { name: 'COWRITE_SERVER_NAMES', fallback: 'localhost 127.0.0.1 [::1]', meaning: 'names by which nginx may be asked for; by others it does not answer' },
    { name: 'COWRITE_STREAM_TIMEOUT', fallback: '120s', meaning: 'how long a stream of the AI service may be silent' },
    { name: 'COWRITE_SOCKET_TIMEOUT', fallback: '1h', meaning: 'how long a socket may be silent' },
    { name: 'COWRITE_SUBNET', fallback: '172.29.84.0/24', meaning: 'network of the containers; with another one, COWRITE_SUBNET_DYNAMIC and COWRITE_NGINX_ADDRESS lie in it' },
    { name: 'COWRITE_SUBNET_DYNAMIC', fallback: '172.29.84.128/25', meaning: 'part of it from which containers are given addresses' },
    { name: 'COWRITE_NGINX_ADDRESS', fallback: '172.29.84.10', meaning: 'address of nginx, whose word about a client’s address is believed' },
    { name: 'COWRITE_VOLUMES', fallback: './volumes', meaning: 'folder of the pictures, and of the database that is brought along; docker-compose down -v leaves it' },
    { name: 'NODE_IMAGE', fallback: 'node:24-bookworm-slim', meaning: 'image that the services are built on; each of these may be a digest' },
    { name: 'REDIS_IMAGE', fallback: 'redis:7.4.7-alpine', meaning: 'image of Redis' },
    { name: 'NGINX_IMAGE', fallback: 'nginx:1.30.7-alpine', meaning: 'image of nginx' },
    { name: 'POSTGRES_IMAGE', fallback: 'postgres:16.14', meaning: 'image of the database that is brought along, and of the client that backs up any database: as new as the server, or newer' },
    { name: 'COWRITE_OPEN_FILES', fallback: '16384', meaning: 'files and sockets that one container may have open' },
  ],
};
const STUDIO: EnvironmentSection = {
  title: 'the studio',
  variables: [
    { name: 'COWRITE_API_URL', fallback: '', example: 'https://studio.example/api', meaning: 'where browsers reach core; without it /api of the address they came by through nginx, else their host name and CORE_PORT' },
    { name: 'NEXT_PUBLIC_API_URL', fallback: '', example: 'http://localhost:8100', meaning: 'the same by its older name; read when the studio runs, not when it is built' },
    { name: 'COWRITE_WS_URL', fallback: '', example: 'wss://studio.example/ws', meaning: 'where browsers reach sync; without it /ws of the address they came by through nginx, else their host name and SYNC_PORT' },
    { name: 'NEXT_PUBLIC_WS_URL', fallback: '', example: 'ws://localhost:8102', meaning: 'the same by its older name' },
    { name: 'COWRITE_AI_URL', fallback: '', example: 'https://studio.example/ai', meaning: 'where browsers reach the AI service; without it the host name they came by and AI_PORT' },
    { name: 'COWRITE_MEDIA_URL', fallback: '', example: 'https://studio.example/media', meaning: 'where browsers reach the media service; without it the host name they came by and MEDIA_PORT' },
  ],
};

const [core, migration, sync, ai, media] = [CoreEnvironment.in, MigrationEnvironment, SyncConfig.in, AiConfig.in, MediaConfig.in].map(variablesOf);

const files: Record<string, string> = {
  'docs/errors.md': problemPage(),
  'docs/api/openapi.json': `${JSON.stringify(openApiDocument(coreApi), null, 2)}\n`,
  'docs/api/openapi-ai.json': `${JSON.stringify(openApiDocument(aiApi), null, 2)}\n`,
  'docs/api/openapi-media.json': `${JSON.stringify(openApiDocument(mediaApi), null, 2)}\n`,
  '.env.example': environmentPage([
    DEPLOYMENT,
    LAUNCHER,
    { title: 'core', variables: core! },
    { title: 'the migration', variables: migration! },
    { title: 'sync and its compactor', variables: sync! },
    { title: 'the AI service', variables: ai! },
    { title: 'the media service', variables: media! },
    STUDIO,
  ]),
  'docker-compose.environment.yml': composeEnvironment({
    frontend: STUDIO.variables,
    migrate: migration!,
    'core-api': core!,
    'ai-service': ai!,
    'sync-service': sync!,
    compactor: sync!,
    'media-service': media!,
  }),
};

const differing: string[] = [];
for (const [path, text] of Object.entries(files)) {
  const standing = await readFile(join(root, path), 'utf8').catch(() => null);
  if (standing === text) continue;
  differing.push(path);
  if (!process.argv.includes('--check')) await writeFile(join(root, path), text);
}
if (process.argv.includes('--check') && differing.length > 0) {
  process.stderr.write(`not as the sources say, run \`npm run generate\`: ${differing.join(', ')}\n`);
  process.exit(1);
}
process.stdout.write(differing.length === 0 ? 'everything generated is up to date\n' : `written: ${differing.join(', ')}\n`);
