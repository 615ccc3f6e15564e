// `npm run generate`: writes what is made from the sources (docs/errors.md, docs/api/openapi.json, .env.example).
// `npm run generate -- --check` only compares and says what differs.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { prepareNode, root, runAttached } from './prepare.mjs';

// Inside node_modules, so that packages are found from there; the sources carry decorators, which Node does not run as they are.
const bundled = join(root, 'node_modules/.cache/cowrite/generate.mjs');
mkdirSync(join(root, 'node_modules/.cache/cowrite'), { recursive: true });
await build({
  entryPoints: [join(root, 'scripts/generate.ts')],
  outfile: bundled,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  tsconfig: join(root, 'tsconfig.json'),
  plugins: [
    {
      name: 'outside-packages',
      setup({ onResolve }) {
        onResolve({ filter: /^[^./]/ }, ({ path, kind }) => (kind === 'entry-point' || path.startsWith('@cowrite/') ? undefined : { path, external: true }));
      },
    },
  ],
  logLevel: 'warning',
});
process.exitCode = await runAttached(await prepareNode(), [bundled, ...process.argv.slice(2)], { COWRITE_ROOT: root });
