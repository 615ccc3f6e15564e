// packages/sync-core/SPEC.md, both ways: every numbered rule stands in a comment of its code and begins the name of a
// test, and no code or test names a rule that the page does not have.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', 'packages/sync-core');
const HOMES = { RM: 'room', RP: 'replica', PR: 'presence', CU: 'cursor' };
const ID = /\b(?:RM|RP|PR|CU)\d+\b/g;

const read = (path) => {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
};
const spec = new Set([...read('SPEC.md').matchAll(/^### ((?:RM|RP|PR|CU)\d+)\b/gm)].map((match) => match[1]));
const missing = [];
if (spec.size === 0) missing.push('SPEC.md has no rules');
for (const [prefix, name] of Object.entries(HOMES)) {
  const code = read(`src/${name}.ts`);
  const test = read(`src/${name}.test.ts`);
  // Only what begins a line of the comment states the rule; later mentions refer to it.
  const stated = new Set([...code.matchAll(/^ \* ((?:RM|RP|PR|CU)\d+) /gm)].map((match) => match[1]));
  const tested = new Set([...test.matchAll(/\b(?:test|it)(?:\.prop)?(?:\([^'"`]*\))?\(\s*['"`]((?:\[(?:RM|RP|PR|CU)\d+\]\s*)+)/g)].flatMap((match) => match[1].match(ID)));
  for (const id of spec) {
    if (!id.startsWith(prefix)) continue;
    if (!stated.has(id)) missing.push(`${id} is in SPEC.md and not in the comment of src/${name}.ts`);
    if (!tested.has(id)) missing.push(`${id} has no test: none in src/${name}.test.ts has a name that begins with [${id}]`);
  }
  for (const id of new Set([...stated, ...tested, ...(code.match(ID) ?? []), ...(test.match(ID) ?? [])])) if (!spec.has(id)) missing.push(`${id} is in src/${name} and not in SPEC.md`);
}
if (missing.length > 0) {
  process.stderr.write(`${missing.join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(`${spec.size} rules\n`);
