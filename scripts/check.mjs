// `npm run check`: everything that can be known without running the product. All checks run, each with its time; what
// failed is told at the end. `npm run check -- lint arrows` runs a part.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { prepareNode, preparePackages, root } from './prepare.mjs';

const node = await prepareNode();
await preparePackages(node);

const bin = (path) => join('node_modules', path);
/** Each check: its name, and the programs that make it, run by our Node; `npm` names npm itself. */
const CHECKS = [
  {
    name: 'types',
    runs: [
      [bin('typescript/bin/tsc'), '-p', 'tsconfig.json'],
      [bin('typescript/bin/tsc'), '-p', 'e2e/tsconfig.json'],
    ],
  },
  {
    name: 'studio-types',
    runs: [
      [bin('next/dist/bin/next'), 'typegen', 'frontend'],
      [bin('typescript/bin/tsc'), '--noEmit', '-p', 'frontend'],
    ],
  },
  { name: 'lint', runs: [[bin('oxlint/bin/oxlint'), '--deny-warnings']] },
  { name: 'format', runs: [[bin('oxfmt/bin/oxfmt'), '--check']] },
  { name: 'arrows', runs: [[bin('dependency-cruiser/bin/dependency-cruiser.mjs'), '--config', '.dependency-cruiser.mjs', 'packages', 'backend', 'frontend/src', 'bench', 'e2e', 'scripts']] },
  { name: 'dead-code', runs: [[bin('knip/bin/knip.js'), '--no-progress', '--no-config-hints']] },
  { name: 'source', runs: [['scripts/check-source.mjs']] },
  { name: 'rules', runs: [['scripts/check-rules.mjs']] },
  { name: 'readme', runs: [['scripts/check-readme.mjs']] },
  { name: 'generated', runs: [['scripts/generate.mjs', '--check']] },
  { name: 'licences', runs: [['scripts/check-licences.mjs']] },
  { name: 'lock', runs: [['npm', 'ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund']] },
];

const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}`, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', npm_config_update_notifier: 'false' };
const npm = [process.env.npm_execpath, join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')].find((path) => path?.endsWith('npm-cli.js') && existsSync(path));

const run = ([program, ...args]) =>
  new Promise((done) => {
    const [command, given] = program !== 'npm' ? [node, [program, ...args]] : npm ? [node, [npm, ...args]] : ['npm', args];
    const child = spawn(command, given, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => done({ code: 1, output: error.message }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  process.stderr.write(`no such check: ${unknown.join(', ')}. There are: ${CHECKS.map((check) => check.name).join(', ')}\n`);
  process.exit(2);
}
const failed = [];
for (const { name, runs } of CHECKS.filter((check) => asked.length === 0 || asked.includes(check.name))) {
  const started = Date.now();
  let failure = null;
  for (const each of runs) {
    const { code, output } = await run(each);
    if (code === 0) continue;
    failure = output.trim();
    break;
  }
  process.stdout.write(`${failure === null ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s\n`);
  if (failure !== null) failed.push({ name, failure });
}
for (const { name, failure } of failed) process.stdout.write(`\n── ${name} ──\n${failure}\n`);
process.stdout.write(failed.length === 0 ? '\nall checks passed\n' : `\nfailed: ${failed.map(({ name }) => name).join(', ')}\n`);
process.exit(failed.length === 0 ? 0 : 1);
