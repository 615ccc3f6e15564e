import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mutation, MUTATIONS } from '../../packages/sync-core/src/simulation/mutations.ts';
import { type Failure, runWorlds } from './run-worlds.ts';

const root = resolve(import.meta.dirname, '../..');
/** A fault that so many worlds do not show is one that the simulation does not see. */
const SEEDS_MAX = 400;

/** Runs the simulation on a copy of the source with one fault in it. Never on the source itself. */
async function tryOne({ file, find, replace }: Mutation): Promise<Failure | null> {
  const folder = mkdtempSync(join(tmpdir(), 'cowrite-mutation-'));
  try {
    cpSync(join(root, 'packages/sync-core/src'), join(folder, 'src'), { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const mutated = join(folder, 'src', file);
    const source = readFileSync(mutated, 'utf8');
    if (source.split(find).length !== 2) throw new Error(`${file} has not exactly one: ${find}`);
    writeFileSync(
      mutated,
      source.replace(find, () => replace),
    );
    const world = pathToFileURL(join(folder, 'src/simulation/world.ts')).href;
    return await runWorlds({ world, seeds: Array.from({ length: SEEDS_MAX }, (_, at) => at + 1), mode: 'both' }).failure;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Two at a time. Prints a line for each and a sum. @returns whether every fault was caught by a violation. */
export async function runMutations(threads: number): Promise<boolean> {
  const found: (Failure | null)[] = [];
  let next = 0;
  const work = async () => {
    while (next < MUTATIONS.length) {
      const at = next++;
      found[at] = await tryOne(MUTATIONS[at]!);
    }
  };
  await Promise.all(Array.from({ length: threads }, work));

  let caught = 0;
  for (const [at, { rule, file, fault }] of MUTATIONS.entries()) {
    const failure = found[at];
    const isCaught = failure?.isViolation ?? false;
    if (isCaught) caught += 1;
    const how = !failure ? `not seen in ${SEEDS_MAX} seeds` : isCaught ? `seed ${failure.seed}: ${failure.message}` : `fell over, which does not count: ${failure.message}`;
    process.stdout.write(`${isCaught ? 'caught' : 'MISSED'}  ${rule.padEnd(5)} ${file.padEnd(12)} ${fault}\n                            ${how}\n`);
  }
  process.stdout.write(`CAUGHT ${caught} of ${MUTATIONS.length}\n`);
  return caught === MUTATIONS.length;
}
