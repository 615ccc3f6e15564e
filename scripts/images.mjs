// `npm run images`: builds the image of every service and prints its size over the base, which has a limit. With BuildKit or
// without; NODE_IMAGE names another base. Ends with 1 when an image is too large or holds what must not be in one.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const base = process.env.NODE_IMAGE || 'node:24-bookworm-slim';
const MB = 1_000_000;
/** Where each Dockerfile is, and how much its image may add to the base. */
const IMAGES = {
  core: { folder: 'backend/core', most: 250 * MB },
  ai: { folder: 'backend/ai', most: 250 * MB },
  sync: { folder: 'backend/sync', most: 250 * MB },
  media: { folder: 'backend/media', most: 250 * MB },
  frontend: { folder: 'frontend', most: 200 * MB },
};

function docker(args, { quiet = true } = {}) {
  const { status, stdout, stderr } = spawnSync('docker', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', quiet ? 'pipe' : 'inherit'] });
  if (status !== 0) throw new Error(`docker ${args.slice(0, 2).join(' ')} failed:\n${stderr ?? ''}${stdout.slice(-4_000)}`);
  return stdout.trim();
}
const sizeOf = (image) => Number(docker(['image', 'inspect', '-f', '{{.Size}}', image]));

/** Files that no image may hold: history, settings with secrets, and what only building needs. */
const FORBIDDEN = String.raw`find /app \( \( -name .git -o -name '.env*' -o -name '*.test.ts' -o -path '*/backend/*/src' \) -not -path '*/node_modules/*' \) -o \( -path '*/node_modules/typescript' -o -path '*/node_modules/esbuild' \) | head -5`;

let failed = false;
for (const [name, { folder, most }] of Object.entries(IMAGES)) {
  const began = Date.now();
  docker(['build', '-q', '--build-arg', `NODE_IMAGE=${base}`, '-f', join(folder, 'Dockerfile'), '-t', `cowrite-${name}`, '.']);
  const over = sizeOf(`cowrite-${name}`) - sizeOf(base);
  const found = docker(['run', '--rm', '--entrypoint', 'sh', `cowrite-${name}`, '-c', FORBIDDEN]);
  const user = docker(['image', 'inspect', '-f', '{{.Config.User}}', `cowrite-${name}`]);
  const complaints = [over > most && `larger than ${most / MB} MB`, found !== '' && `holds ${found.split('\n').join(', ')}`, user !== 'node' && `runs as ${user || 'root'}`].filter(Boolean);
  process.stdout.write(`cowrite-${name}`.padEnd(18) + `${(over / MB).toFixed(1).padStart(7)} MB over ${base}, ${((Date.now() - began) / 1000).toFixed(0)} s${complaints.length > 0 ? `  ${complaints.join('; ')}` : ''}\n`);
  failed ||= complaints.length > 0;
}
process.exit(failed ? 1 : 0);
