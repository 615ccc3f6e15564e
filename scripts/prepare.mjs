// What must be there before anything runs: a Node that is new enough, the packages of the lock, and the builds.
// Plain Node ≥ 20 without dependencies, because it runs on a machine that has nothing else.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const isKorean = (process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '').startsWith('ko');
/** One of two sentences, by the language of the terminal. */
export const say = (ko, en) => (isKorean ? ko : en);

/**
 * Ends with a sentence that says what to do. Nothing of the data was touched.
 *
 * @returns {never}
 */
export function giveUp(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

const quiet = { ...process.env, SCARF_ANALYTICS: 'false', NEXT_TELEMETRY_DISABLED: '1', PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', npm_config_update_notifier: 'false', npm_config_fund: 'false', npm_config_audit: 'false' };

/** The oldest Node that every dependency names in its `engines` (ADR 0002). */
const NODE_MIN = [22, 12];

const isNewEnough = (version) => {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
};

const bundledNode = () => {
  const path = join(root, 'tools/runtime/node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
  return existsSync(path) ? path : null;
};

/** npm's own program, so that it runs under the Node we choose. */
function npmCli() {
  const candidates = [process.env.npm_execpath, join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')];
  return candidates.find((path) => path && path.endsWith('npm-cli.js') && existsSync(path)) ?? null;
}

function run(command, args, { cwd = root, env = quiet, label } = {}) {
  const started = Date.now();
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => (output = (output + chunk).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const progress = setInterval(() => process.stdout.write(`    … ${Math.round((Date.now() - started) / 1000)} s\n`), 10_000);
    const stop = () => child.kill('SIGTERM');
    process.once('SIGINT', stop);
    child.on('error', fail);
    child.on('close', (code, signal) => {
      clearInterval(progress);
      process.removeListener('SIGINT', stop);
      if (code === 0) return done(Math.round((Date.now() - started) / 100) / 10);
      if (signal) process.exit(130);
      fail(new Error(`${label ?? command}: exit ${code}\n${output.trim().split('\n').slice(-25).join('\n')}`));
    });
  });
}

const npm = (node, args, options) => {
  const cli = npmCli();
  const path = { ...quiet, PATH: `${dirname(node)}:${process.env.PATH}` };
  return cli ? run(node, [cli, ...args], { ...options, env: path }) : run('npm', args, { ...options, env: path });
};

const hashOf = (...files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(existsSync(file) ? readFileSync(file) : '');
  return hash.digest('hex');
};

const isStamped = (stamp, hash) => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
const stamp = (file, hash) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, hash);
};

/** The Node to run on: this one, or the one of tools/runtime, installed when it is missing. */
export async function prepareNode() {
  if (isNewEnough(process.version)) return process.execPath;
  if (!bundledNode()) {
    process.stdout.write(say(`  Node 24를 받습니다 (이 기기의 Node는 ${process.version})…\n`, `  fetching Node 24 (this machine has ${process.version})…\n`));
    try {
      const seconds = await npm(process.execPath, ['ci', '--prefix', join(root, 'tools/runtime')], { label: 'npm ci (tools/runtime)', cwd: join(root, 'tools/runtime') });
      process.stdout.write(`    ${seconds} s\n`);
    } catch (error) {
      process.stdout.write(say(`  Node 24를 받지 못해 ${process.version}로 계속합니다: ${error.message}\n`, `  could not fetch Node 24, going on with ${process.version}: ${error.message}\n`));
    }
  }
  return bundledNode() ?? process.execPath;
}

/** The packages of the lock, installed when they are missing or the lock changed. */
export async function preparePackages(node) {
  const hash = hashOf(join(root, 'package-lock.json'));
  const mark = join(root, 'node_modules/.cowrite-installed');
  if (isStamped(mark, hash)) return;
  process.stdout.write(say('  꾸러미를 설치합니다 (처음 한 번, 1–2분)…\n', '  installing packages (once, 1–2 minutes)…\n'));
  try {
    const seconds = await npm(node, ['ci', '--no-progress'], { label: 'npm ci' });
    stamp(mark, hash);
    process.stdout.write(`    ${seconds} s\n`);
  } catch (error) {
    giveUp(say(`꾸러미를 설치하지 못했습니다. 네트워크와 디스크를 확인하고 다시 실행해 주세요.\n${error.message}`, `The packages could not be installed. Check the network and the disk, then run this again.\n${error.message}`));
  }
}

const SOURCES = ['packages', 'backend', 'frontend', 'scripts', 'package-lock.json', 'tsconfig.json'];
const SKIPPED = new Set(['node_modules', 'dist', '.next', 'fonts', 'next-env.d.ts']);

function sourceFiles(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .flatMap((entry) => sourceFiles(join(path, entry.name)))
    .toSorted();
}

/** Production builds of every part, made anew when a source changed. */
export async function prepareBuild(node) {
  const parts = [
    { name: say('서비스', 'services'), mark: '.build/services', sources: SOURCES.filter((part) => part !== 'frontend'), command: [join(root, 'scripts/build.mjs')], cwd: root },
    { name: say('스튜디오', 'the studio'), mark: '.build/studio', sources: ['packages', 'frontend', 'package-lock.json'], command: null, cwd: root },
  ];
  for (const { name, mark, sources, command, cwd } of parts) {
    const hash = hashOf(...sources.flatMap((part) => sourceFiles(join(root, part))));
    if (isStamped(join(root, mark), hash)) continue;
    process.stdout.write(say(`  ${name}를 짓습니다…\n`, `  building ${name}…\n`));
    try {
      const seconds = command ? await run(node, command, { cwd, label: name }) : await npm(node, ['run', 'build', '-w', 'frontend'], { label: name });
      stamp(join(root, mark), hash);
      process.stdout.write(`    ${seconds} s\n`);
    } catch (error) {
      giveUp(say(`${name}를 짓지 못했습니다.\n${error.message}`, `${name} could not be built.\n${error.message}`));
    }
  }
}

/** Runs a program of ours with the terminal as its own and answers its exit code. A dead parent is noticed by the channel. */
export function runAttached(node, args, env = {}) {
  return new Promise((done) => {
    const child = spawn(node, args, { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: { ...quiet, PATH: `${dirname(node)}:${process.env.PATH}`, ...env } });
    // Ctrl-C reaches the child by itself (same process group); a signal to us alone is passed on.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    process.on('SIGHUP', () => child.kill('SIGTERM'));
    child.on('exit', (code, signal) => done(code ?? (signal ? 130 : 1)));
  });
}

/** The first of these programs that PATH has, or null. */
function onPath(...names) {
  for (const folder of (process.env.PATH ?? '').split(':')) for (const name of names) if (existsSync(join(folder, name))) return join(folder, name);
  return null;
}

/**
 * Unpacks Debian's packages of `name` into `folder`, with what they need and this machine does not have. They are not
 * installed, so that no service of the machine begins.
 *
 * @returns {string | null} where its libraries are; null when the packages cannot be had, and then the folder is gone
 */
function unpackFromDebian(name, folder) {
  const archives = join(folder, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
  if (process.getuid?.() === 0) apt('update');
  const got = apt('install', '-y', '--download-only', '--no-install-recommends', '-o', `Dir::Cache::archives=${archives}`, '-o', 'Debug::NoLocking=1', name);
  const packages = got ? readdirSync(archives).filter((file) => file.endsWith('.deb')) : [];
  if (packages.length > 0 && packages.every((file) => spawnSync('dpkg', ['-x', join(archives, file), folder], { stdio: 'ignore' }).status === 0)) return join(folder, `usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`);
  rmSync(folder, { recursive: true, force: true });
  return null;
}

/**
 * A redis-server for the tests of what runs over Redis: one on PATH, or Debian's, unpacked into .build. Nothing else needs
 * Redis; where none can be had, those tests are left out, which is said.
 *
 * @returns {string | null} its path
 */
export function prepareRedis() {
  const found = onPath('redis-server');
  if (found) return found;
  const folder = join(root, '.build/redis');
  const program = join(folder, 'redis-server');
  if (existsSync(program)) return program;
  const libraries = unpackFromDebian('redis-server', folder);
  if (!libraries) {
    process.stdout.write(say('  redis-server가 없어 Redis를 쓰는 시험은 뺍니다 (apt-get install redis-server).\n', '  no redis-server, so the tests that use one are left out (apt-get install redis-server).\n'));
    return null;
  }
  // One program that is the server when it is called so.
  writeFileSync(program, `#!/bin/bash\nLD_LIBRARY_PATH='${libraries}' exec -a redis-server '${join(folder, 'usr/bin/redis-check-rdb')}' "$@"\n`, { mode: 0o755 });
  return program;
}

/**
 * An nginx for the tests of nginx/: this machine's, or Debian's, unpacked into .build. Where none can be had, those tests are
 * left out, which is said.
 *
 * @returns {string | null} its path
 */
export function prepareNginx() {
  // Debian puts it where the PATH of a person who is not root does not look.
  const found = onPath('nginx') ?? ['/usr/sbin/nginx'].find((path) => existsSync(path));
  if (found) return found;
  const folder = join(root, '.build/nginx');
  const program = join(folder, 'nginx');
  if (existsSync(program)) return program;
  const libraries = unpackFromDebian('nginx-light', folder);
  if (!libraries) {
    process.stdout.write(say('  nginx가 없어 nginx/의 시험은 뺍니다 (apt-get install nginx-light).\n', '  no nginx, so the tests of nginx/ are left out (apt-get install nginx-light).\n'));
    return null;
  }
  writeFileSync(program, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${join(folder, 'usr/sbin/nginx')}' "$@"\n`, { mode: 0o755 });
  return program;
}

/**
 * A browser for the tests: CHROMIUM_PATH, one on PATH, or Debian's, installed when that is possible.
 *
 * @returns {string} its path
 */
export function prepareBrowser() {
  const find = () => (process.env.CHROMIUM_PATH && existsSync(process.env.CHROMIUM_PATH) ? process.env.CHROMIUM_PATH : onPath('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'));
  const found = find();
  if (found) return found;
  const advice = say(
    '브라우저 시험에는 Chromium이 필요합니다. 설치: apt-get install -y chromium fonts-noto-cjk (또는 CHROMIUM_PATH에 경로를 적어 주세요).',
    'The browser tests need Chromium. Install it: apt-get install -y chromium fonts-noto-cjk (or set CHROMIUM_PATH).',
  );
  const isRoot = process.getuid?.() === 0;
  const sudo = !isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  if ((!isRoot && !sudo) || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) giveUp(advice);
  process.stdout.write(`  ${advice}\n${say('  지금 설치합니다…', '  installing it now…')}\n`);
  const apt = (...args) => spawnSync(isRoot ? 'apt-get' : 'sudo', [...(isRoot ? [] : ['-n', 'apt-get']), ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
  apt('update', '-qq');
  if (!apt('install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk')) giveUp(advice);
  // Where Debian puts it, whatever PATH says.
  return find() ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : giveUp(advice));
}
