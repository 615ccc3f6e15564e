// Licences of everything in the lock (docs/adr/0003): permissive in what runs, MPL in development tools only.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const PERMISSIVE = new Set(['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0', 'Python-2.0']);
/** What is let in beside these, and why. */
const EXCEPTIONS = [
  { licence: /^OFL-1\.1$/, name: /^(pretendard|@fontsource-variable\/noto-serif-kr)$/, why: 'fonts' },
  { licence: /^CC-BY-4\.0$/, name: /^caniuse-lite$/, why: 'a table of browsers that only the build reads' },
  { licence: /LGPL-3\.0-or-later/, name: /^@img\/sharp-/, why: 'libvips: linked at run time and replaceable (docs/adr/0016); Next.js brings it too' },
  { licence: /^UNLICENSED$/, name: /^@sesamecare-oss\/redlock$/, why: 'a peer’s, for measurements; the LICENSE file in the package is MIT' },
];

const wrong = [];
let count = 0;
for (const file of ['package-lock.json', 'tools/runtime/package-lock.json', 'bench/peers/package-lock.json']) {
  for (const [path, entry] of Object.entries(JSON.parse(readFileSync(join(root, file), 'utf8')).packages)) {
    if (!path.includes('node_modules/') || entry.link) continue;
    count += 1;
    const name = path.split('node_modules/').at(-1);
    const licence = entry.license ?? 'unknown';
    const choices = licence.replace(/[()]/g, '').split(/ OR /);
    if (choices.some((choice) => choice.split(/ AND /).every((part) => PERMISSIVE.has(part)))) continue;
    if (entry.dev && licence === 'MPL-2.0') continue;
    if (EXCEPTIONS.some((exception) => exception.licence.test(licence) && exception.name.test(name))) continue;
    wrong.push(`${name}: ${licence} (${file})`);
  }
}
if (wrong.length > 0) {
  process.stderr.write(`licences that are not agreed on (docs/adr/0003):\n${wrong.join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(`${count} packages\n`);
