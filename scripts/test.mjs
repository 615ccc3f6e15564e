// `npm test`: everything that proves Cowrite, ending with one line that counts. `npm test -- unit` or `-- browser` runs a part.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { prepareBrowser, prepareBuild, prepareNginx, prepareNode, preparePackages, prepareRedis, root } from './prepare.mjs';

const only = process.argv[2];
const node = await prepareNode();
await preparePackages(node);
// First, so that a machine without a browser says so before it works for minutes.
const chromium = only === 'unit' ? null : prepareBrowser();
const redis = only === 'browser' ? null : prepareRedis();
const nginx = only === 'browser' ? null : prepareNginx();
await prepareBuild(node);

const results = mkdtempSync(join(tmpdir(), 'cowrite-results-'));
const run = (args, env = {}) =>
  new Promise((done) => {
    const child = spawn(node, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}`, NEXT_TELEMETRY_DISABLED: '1', ...env } });
    const stop = () => child.kill('SIGTERM');
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    child.on('exit', (code) => done(code ?? 1));
  });

const sum = { passed: 0, failed: 0, skipped: 0 };
let broken = false;

if (only !== 'browser') {
  const file = join(results, 'vitest.json');
  const code = await run(['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], { COWRITE_REDIS_SERVER: redis ?? '', COWRITE_NGINX: nginx ?? '' });
  const report = read(file);
  sum.passed += report?.numPassedTests ?? 0;
  sum.failed += report?.numFailedTests ?? 0;
  sum.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  // A suite that could not even load counts as a failure, and so does a runner that died.
  if (code !== 0 && !(report?.numFailedTests > 0)) sum.failed += 1;
  broken ||= code !== 0;
}
if (only !== 'unit') {
  const file = join(results, 'playwright.json');
  const code = await run(['node_modules/@playwright/test/cli.js', 'test', '-c', 'e2e/playwright.config.ts'], { CHROMIUM_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: file });
  const stats = read(file)?.stats;
  sum.passed += stats?.expected ?? 0;
  sum.failed += (stats?.unexpected ?? 0) + (stats?.flaky ?? 0);
  sum.skipped += stats?.skipped ?? 0;
  if (code !== 0 && !(stats?.unexpected > 0)) sum.failed += 1;
  broken ||= code !== 0;
}
rmSync(results, { recursive: true, force: true });
const summary = `${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`;
writeFileSync(join(root, '.build/test-summary'), summary);
process.stdout.write(`\n${summary}`);
process.exit(broken || sum.failed > 0 || sum.passed === 0 ? 1 : 0);

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
