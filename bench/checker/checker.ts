import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomFrom } from '../random.ts';
import type { Fault } from './fault.ts';
import { aHouse, type House } from './house.ts';
import { kill, TARGETS } from './kills.ts';
import { MENU, SMOKE } from './menu.ts';
import { soak } from './soak.ts';

/**
 * The checker: writers type numbered tokens, something goes wrong under them, and afterwards every token that was ever
 * acknowledged must be there exactly once, and no acknowledged deletion may have come back (docs/checker.md).
 *
 *   node bench/checker/checker.ts --fault X1,X8 [--seed 7]
 *   node bench/checker/checker.ts --menu smoke|whole [--seed 7]
 *   node bench/checker/checker.ts --kills 20 --writers 20 --target sync|postgres|compactor|redis|both [--seed 7]
 *   node bench/checker/checker.ts --soak 30 [--seed 7]      (minutes)
 *
 * Prints a line for each fault and one for all; exit code 1 when a token is lost, doubled or back, or a promise is not kept.
 */

/** Writers of a fault: so many that every document has two at every node. */
const WRITERS = 8;

interface Outcome {
  acked: number;
  broken: number;
  /** Whether the house is as it was, so that the next fault may have it. */
  isHouseSound: boolean;
}

async function meet(fault: Fault, house: House, seed: number, isShort: boolean): Promise<Outcome> {
  const scene = await house.scene({ writers: WRITERS, isShort });
  try {
    scene.type();
    await wait(500);
    const struck = await fault.strike(scene, house);
    await struck.heal();
    const drainedMs = await scene.drained(fault.progressWithinMs * 2);
    await scene.rest();
    await scene.saved();
    const { holds, figure } = await struck.kept({ drainedMs });
    const { acked, lost, duplicated, ghosts, residentMiB } = await scene.judge();
    const isInTime = drainedMs <= fault.progressWithinMs;
    const complaint = `${holds ? '' : '  PROMISE BROKEN'}${isInTime ? '' : `  TOO LATE (${fault.progressWithinMs} ms)`}`;
    process.stdout.write(`${fault.id.padEnd(3)} ACKED ${acked} LOST ${lost} DUP ${duplicated} GHOST ${ghosts} seed ${seed}  ${figure}  (drained ${Math.round(drainedMs)} ms, ${Math.round(residentMiB)} MiB)${complaint}\n`);
    return { acked, broken: lost + duplicated + ghosts + (holds && isInTime && acked > 0 ? 0 : 1), isHouseSound: true };
  } catch (error) {
    process.stdout.write(`${fault.id.padEnd(3)} FAILED seed ${seed}  ${(error as Error).message}\n`);
    if (process.env['COWRITE_CHECKER_TRACE']) {
      process.stdout.write(`${(error as Error).stack}\n`);
      for (const { name, logFile } of [house.stack.core, ...house.nodes, house.stack.compactor]) process.stdout.write(`── ${name}\n${(await readFile(logFile, 'utf8')).slice(-4_000)}\n`);
    }
    return { acked: 0, broken: 1, isHouseSound: false };
  } finally {
    await scene.leave();
  }
}

async function runAll(faults: readonly Fault[], seed: number, isShort: boolean): Promise<boolean> {
  const began = performance.now();
  let chance = randomFrom(seed);
  let house: House | null = null;
  let furnished = '';
  let acked = 0;
  let broken = 0;
  try {
    for (const fault of faults) {
      const wanted = JSON.stringify(fault.house ?? {});
      if (house && wanted !== furnished) {
        await house[Symbol.asyncDispose]();
        house = null;
      }
      // Every fault begins with the seed, so that alone it meets the same chance as among others.
      chance = randomFrom(seed);
      house ??= await aHouse({ random: () => chance(), ...fault.house });
      furnished = wanted;
      const outcome = await meet(fault, house, seed, isShort);
      acked += outcome.acked;
      broken += outcome.broken;
      if (outcome.isHouseSound) continue;
      await house[Symbol.asyncDispose]();
      house = null;
    }
  } finally {
    await house?.[Symbol.asyncDispose]();
  }
  process.stdout.write(`${broken === 0 ? 'KEPT' : 'BROKEN'}  ${faults.length} faults  ACKED ${acked}  violations ${broken}  seed ${seed}  ${Math.round((performance.now() - began) / 1_000)} s\n`);
  return broken === 0;
}

function chosen(values: { fault?: string; menu?: string }): readonly Fault[] {
  if (values.menu !== undefined && values.menu !== 'smoke' && values.menu !== 'whole') throw new Error('--menu is smoke or whole');
  const ids = values.fault?.split(',') ?? (values.menu === 'smoke' ? SMOKE : MENU.map(({ id }) => id));
  return ids.map((id) => {
    const found = MENU.find((fault) => fault.id === id);
    if (!found) throw new Error(`${id} is not in the menu. There are: ${MENU.map((fault) => fault.id).join(' ')}`);
    return found;
  });
}

const { values } = parseArgs({
  options: {
    fault: { type: 'string' },
    menu: { type: 'string' },
    kills: { type: 'string', default: '20' },
    writers: { type: 'string', default: '20' },
    target: { type: 'string', default: 'sync' },
    soak: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const seed = Number(values.seed);

function run(): Promise<boolean> {
  if (values.soak !== undefined) return soak({ minutes: Number(values.soak), seed });
  if (values.fault !== undefined || values.menu !== undefined) return runAll(chosen(values), seed, values.menu === 'smoke');
  const target = TARGETS.find((each) => each === values.target);
  if (!target) throw new Error(`--target is one of ${TARGETS.join(' ')}`);
  return kill({ kills: Number(values.kills), writers: Number(values.writers), target, seed });
}

process.exit((await run()) ? 0 : 1);
