import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { problemPage } from '@cowrite/contract';
import { CoreEnvironment } from '../backend/core/src/config.ts';
import { openApiDocument } from '@cowrite/service-kit/http';
import { aiApi } from '../backend/ai/src/api.ts';
import { AiConfig } from '../backend/ai/src/config.ts';
import { mediaApi } from '../backend/media/src/api.ts';
import { MediaConfig } from '../backend/media/src/config.ts';
import { coreApi } from '../backend/core/src/platform/api.ts';
import { SyncConfig } from '../backend/sync/src/config.ts';
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
    { name: 'DATABASE_URL', fallback: '', example: 'postgresql://cowrite:your_secure_password@localhost:5432/cowrite', meaning: 'a PostgreSQL of your own (16); without it npm start brings one in COWRITE_DATA' },
    { name: 'JWT_SECRET', fallback: '', example: 'your_very_long_and_secure_jwt_secret_key_here', meaning: 'at least 32 random bytes; without it npm start makes one and keeps it in COWRITE_DATA' },
    { name: 'COWRITE_DATA', fallback: '.data', meaning: 'folder of the database, the secrets and the logs' },
    { name: 'CORE_PORT', fallback: '8100', meaning: 'port of core' },
    { name: 'AI_PORT', fallback: '8101', meaning: 'port of the AI service' },
    { name: 'SYNC_PORT', fallback: '8102', meaning: 'port of sync' },
    { name: 'MEDIA_PORT', fallback: '8103', meaning: 'port of the media service' },
    { name: 'FRONTEND_PORT', fallback: '3100', meaning: 'port of the studio' },
  ],
};
const STUDIO: EnvironmentSection = {
  title: 'the studio',
  variables: [
    { name: 'COWRITE_API_URL', fallback: '', example: 'https://studio.example/api', meaning: 'where browsers reach core; without it /api of the address they came by through nginx, else their host name and CORE_PORT' },
    { name: 'NEXT_PUBLIC_API_URL', fallback: '', example: 'http://localhost:8100', meaning: 'the same by its older name; read when the studio runs, not when it is built' },
    { name: 'COWRITE_WS_URL', fallback: '', example: 'wss://studio.example/ws', meaning: 'where browsers reach sync; without it /ws of the address they came by through nginx, else their host name and SYNC_PORT' },
    { name: 'NEXT_PUBLIC_WS_URL', fallback: '', example: 'ws://localhost:8102', meaning: 'the same by its older name' },
    { name: 'COWRITE_MEDIA_URL', fallback: '', example: 'https://studio.example/media', meaning: 'where browsers reach the media service; without it the host name they came by and MEDIA_PORT' },
  ],
};

const files: Record<string, string> = {
  'docs/errors.md': problemPage(),
  'docs/api/openapi.json': `${JSON.stringify(openApiDocument(coreApi), null, 2)}\n`,
  'docs/api/openapi-ai.json': `${JSON.stringify(openApiDocument(aiApi), null, 2)}\n`,
  'docs/api/openapi-media.json': `${JSON.stringify(openApiDocument(mediaApi), null, 2)}\n`,
  '.env.example': environmentPage([
    LAUNCHER,
    { title: 'core', variables: variablesOf(CoreEnvironment.in) },
    { title: 'sync and its compactor', variables: variablesOf(SyncConfig.in) },
    { title: 'the AI service', variables: variablesOf(AiConfig.in) },
    { title: 'the media service', variables: variablesOf(MediaConfig.in) },
    STUDIO,
  ]),
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
