// Bundles each service and the launcher for production: our own sources in one file, packages from node_modules outside.
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** Packages stay outside the bundle, our workspaces go in. */
const outsidePackages = {
  name: 'outside-packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => (kind === 'entry-point' || path.startsWith('@cowrite/') ? undefined : { path, external: true }));
  },
};

/**
 * What traces are made with is asked for only where they are wanted (packages/service-kit/src/tracing.ts): it becomes a file of
 * its own beside the program, with its packages in it, of which most is never used. So an image carries a tenth of a megabyte
 * of them and not thirty.
 */
const tracingApart = {
  name: 'tracing-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/opentelemetry\.ts$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './opentelemetry.js', external: true } : undefined));
  },
};

async function bundle(entries, outdir, { names, keepNames = false } = {}) {
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: names ?? entries,
    outdir,
    outExtension: { '.js': names ? '.mjs' : '.js' },
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    sourcemap: true,
    // Costs a call at each making of a function, in the middle of the relay's work too; only Nest asks for names.
    keepNames,
    plugins: [tracingApart, outsidePackages],
    logLevel: 'warning',
  });
}

/** The programs of each service: its main and whatever runs in a process or thread of its own. */
const programs = { ai: ['main'], core: ['main', 'worker', 'migrate-main'], media: ['main'], sync: ['main', 'compactor-main'] };
for (const [service, names] of Object.entries(programs)) {
  const source = join(root, 'backend', service, 'src');
  await bundle(
    names.map((name) => join(source, `${name}.ts`)),
    join(root, 'backend', service, 'dist'),
    { keepNames: service === 'core' },
  );
  await build({
    entryPoints: [join(root, 'packages/service-kit/src/opentelemetry.ts')],
    outfile: join(root, 'backend', service, 'dist/opentelemetry.js'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    minify: true,
    banner: { js: '/*! With @opentelemetry/api, core, exporter-trace-otlp-http, resources and sdk-trace, © The OpenTelemetry Authors, Apache-2.0 (LICENSE). */' },
    logLevel: 'warning',
  });
}
// An image holds services and no launcher.
if (process.argv[2] !== 'services') await bundle(null, join(root, '.build'), { names: { launch: join(root, 'scripts/launch.ts'), tether: join(root, 'scripts/tether.ts') } });
