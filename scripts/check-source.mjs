// What no linter sees: where the environment, the terminal, the clock and chance may be touched, and words that stay out.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  .split('\n')
  .filter(Boolean);

const isTest = (path) => /\.(test|suite|story)\.tsx?$/.test(path) || path.includes('/testing/');
const isTool = (path) => /^(scripts|bench|e2e|tools)\//.test(path);
const isCode = (path) => /\.(ts|tsx|mjs)$/.test(path);
const isOurs = (path) => /^(packages|backend|frontend|bench|e2e|scripts)\//.test(path);
const SELF = 'scripts/check-source.mjs';

/** Each rule: which files it looks at, what must not stand there, and why. */
const RULES = [
  {
    name: 'the environment is read in main.ts only (rule 8)',
    files: (path) => isCode(path) && isOurs(path) && !isTest(path) && !isTool(path) && !/(^|\/)([a-z-]+-)?main\.ts$/.test(path) && !/^frontend\/(src\/(app\/(config|sw\.js)\/route\.ts|proxy\.ts)|next\.config\.ts|scripts\/)/.test(path),
    pattern: /process\.env\b/,
  },
  {
    // The error page writes what broke to the browser's own console; there is no other place yet.
    name: 'only the logger writes to the terminal (rule 8)',
    files: (path) => isCode(path) && isOurs(path) && !isTool(path) && path !== 'packages/service-kit/src/logger.ts' && path !== 'frontend/src/app/error.tsx' && !path.startsWith('frontend/scripts/'),
    pattern: /\bconsole\.\w|process\.stdout/,
  },
  {
    name: 'sync-core and manuscript know no clock, no timer and no chance (rule 4)',
    files: (path) => /^packages\/(sync-core|manuscript)\/src\//.test(path) && isCode(path) && !isTest(path),
    pattern: /Date\.now|new Date\(|Math\.random|performance\.now|\bset(Timeout|Interval|Immediate)\b|crypto\.(randomUUID|getRandomValues)/,
  },
  // A linter may be told that one line is right, by the name of the rule.
  { name: 'nothing is silenced', files: (path) => isCode(path) && isOurs(path) && path !== SELF, pattern: /@ts-(ignore|nocheck|expect-error)|\bas any(?=[\s;,)\]}>.]*$|[;,)\]}>.])|(eslint|oxlint)-disable(?!-(next-)?line [a-z])/ },
  { name: 'no test is skipped or alone', files: (path) => isCode(path) && isOurs(path) && path !== SELF, pattern: /\b(test|it|describe|suite)\.(skip|only|todo|fixme)\b/ },
  { name: 'nothing is left for later', files: (path) => isCode(path) && isOurs(path) && path !== SELF, pattern: /\b(TODO|FIXME|XXX|HACK)\b/ },
  { name: 'no path of one machine', files: (path) => path !== SELF && !path.endsWith('.txt'), pattern: /(^|[\s"'`(=])\/(root|home\/[a-z]+|Users\/\w+|work)\// },
  { name: 'no host of a package registry', files: (path) => path !== SELF, pattern: /registry\.(npmjs|yarnpkg)|npm\.pkg\.github|"resolved": "http/ },
];

const TEXT = /\.(ts|tsx|mjs|js|json|jsonc|md|sql|css|txt|yml|yaml|html|svg)$|(^|\/)(\.npmrc|\.gitignore|\.env\.example|LICENSE|run)$/;
const found = [];
for (const path of tracked) {
  if (!TEXT.test(path)) continue;
  const rules = RULES.filter((rule) => rule.files(path));
  if (rules.length === 0) continue;
  let text;
  try {
    text = readFileSync(join(root, path), 'utf8');
  } catch (error) {
    // Deleted and not yet committed.
    if (error.code === 'ENOENT') continue;
    throw error;
  }
  for (const { name, pattern } of rules) {
    text.split('\n').forEach((line, at) => {
      if (pattern.test(line)) found.push(`${path}:${at + 1}: ${name}: ${line.trim().slice(0, 120)}`);
    });
  }
}
if (found.length > 0) {
  process.stderr.write(`${found.join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(`${tracked.length} files, ${RULES.length} rules\n`);
