import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join as path } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../stack.ts';
import { type Lookup, median, type Result, type Scenario } from './figures.ts';
import { longScene, novel } from './manuscripts.ts';
import { findProgram, preparePeers } from './peers.ts';
import { Profiles, profileText } from './profiles.ts';
import { page, table } from './report.ts';
import { crash } from './scenarios/crash.ts';
import { fanOut } from './scenarios/fan-out.ts';
import { idleMemory } from './scenarios/idle-memory.ts';
import { join } from './scenarios/join.ts';
import { latency } from './scenarios/latency.ts';
import { manyDocuments } from './scenarios/many-documents.ts';
import { presence } from './scenarios/presence.ts';
import { saturation } from './scenarios/saturation.ts';
import { storm } from './scenarios/storm.ts';
import { twoNodes } from './scenarios/two-nodes.ts';
import { warmUp } from './typing.ts';
import { Cowrite, CowriteHome, Peer, type Target, TARGETS, type TargetName } from './targets.ts';

/** A whole run is to end within a quarter of an hour. */
const FURTHER_ROUNDS_UNTIL_MS = 13 * 60_000;

/**
 * Cowrite's sync beside the servers other people run, on this machine, in one run:
 *
 *   npm run bench:sync -- [--only many-documents,join] [--rounds 3] [--targets cowrite,hocuspocus] [--quick] [--write | --profile]
 *
 * `--write` writes docs/benchmarks.md. `--profile` says where each server's time goes while it is measured (its figures
 * are then those of a process that is being watched). `COWRITE_TRACES` names a folder with automerge-paper.json.gz, whose keystrokes are
 * then those of the long scene. Exit code 1 when something could not be measured, not when a target is missed.
 */
const { values: options } = parseArgs({
  options: { only: { type: 'string' }, rounds: { type: 'string' }, targets: { type: 'string' }, quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
});
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
const scale = { seconds: options.quick ? 2 : 5, quick: options.quick };
const asked: readonly string[] = options.targets?.split(',') ?? TARGETS.filter((name) => !options.quick || name !== 'cowrite-hocuspocus');

preparePeers();
using profiles = options.profile ? new Profiles() : null;
if (profiles) process.env['COWRITE_BENCH_PROFILES'] = profiles.folder;
const scene = longScene(process.env['COWRITE_TRACES']);
const scenarios: readonly Scenario[] = [latency, manyDocuments, saturation, fanOut, presence, idleMemory(scene), join(scene, novel()), storm(scene), twoNodes, crash];
const chosen = options.only ? scenarios.filter(({ name }) => options.only!.split(',').includes(name)) : scenarios;

await using things = new AsyncDisposableStack();
// PostgreSQL would outlive a run that is interrupted.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void things.disposeAsync().finally(() => process.exit(130)));
const targets = new Map<TargetName, Target>();
let postgres = '';
if (asked.some((name) => name.startsWith('cowrite'))) {
  const home = things.use(await CowriteHome.make());
  postgres = `, PostgreSQL ${await home.postgresVersion()}`;
  for (const name of ['cowrite', 'cowrite-hocuspocus'] as const) if (asked.includes(name)) targets.set(name, new Cowrite(home, name));
}
for (const name of ['hocuspocus', 'y-websocket', 'floor'] as const) if (asked.includes(name)) targets.set(name, things.use(await Peer.make(name)));

const results = new Map<string, Result[]>();
const reasons = new Map<string, string>();
const began = performance.now();
const [load = 0] = loadavg();
for (let round = 0; round < rounds; round += 1) {
  for (const scenario of chosen) {
    // Every scenario is measured once; more rounds only as long as there is time.
    if (round >= (scenario.roundsMax ?? rounds) || (round > 0 && performance.now() - began > FURTHER_ROUNDS_UNTIL_MS)) continue;
    for (const name of scenario.targets) {
      const target = targets.get(name);
      if (!target) continue;
      const key = `${scenario.name} ${name}`;
      const started = performance.now();
      process.stderr.write(`${scenario.name}, ${name}, round ${round + 1} … `);
      try {
        await target.start();
        await warmUp(target);
        profiles?.forget();
        const result = await scenario.run(target, scale);
        const shares = await profiles?.take();
        if (shares) process.stdout.write(`\n${profileText(key, shares)}`);
        if (typeof result === 'string') reasons.set(key, result);
        else results.set(key, [...(results.get(key) ?? []), result]);
        await target.stop();
      } catch (error) {
        reasons.set(key, (error as Error).message);
        process.exitCode = 1;
        await target.kill();
      }
      process.stderr.write(`${((performance.now() - started) / 1_000).toFixed(0)} s${reasons.has(key) ? `: ${reasons.get(key)}` : ''}\n`);
    }
  }
}

const lookupIn =
  (scenario: Scenario): Lookup =>
  (target, figure) => {
    const values = (results.get(`${scenario.name} ${target}`) ?? []).flatMap((result) => result[figure] ?? []);
    return values.length > 0 ? median(values) : undefined;
  };
const tables = chosen.map((scenario) => table(scenario, [...targets.keys()], lookupIn(scenario), (target) => reasons.get(`${scenario.name} ${target}`)));
const machine = `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}${postgres}; load average ${load.toFixed(1)} before the run`;
const seconds = Math.round((performance.now() - began) / 1_000);
process.stdout.write(`${tables.join('\n')}\n${machine}; ${rounds} round${rounds === 1 ? '' : 's'}, ${seconds} s\n`);
if (options.write) {
  const command = `npm run bench:sync -- ${process.argv.slice(2).join(' ')}`;
  writeFileSync(path(root, 'docs/benchmarks.md'), page({ tables, date: new Date().toISOString().slice(0, 10), command, machine, rounds, seconds, manuscript: scene.told, hasRedis: findProgram('redis-server') !== null }));
}
