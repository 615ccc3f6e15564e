import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { aHouse } from './eval/house.ts';
import { Bill, type Figure, faults, injections, leaks, search } from './eval/parts.ts';
import { aStandIn } from './eval/stand-in.ts';

/**
 * How good help by AI is, on a work of our own with what is right known (`npm run eval:ai`, docs/ai/evaluation.md). It asks the model that
 * the variables of the AI service name; without any it measures what needs none and says what it left out. `--against-stand-in` asks a local
 * server in the place of a model, to see that all of it works: its figures mean nothing.
 */
const PARTS = { search, faults, leaks, injections };
type Part = keyof typeof PARTS;
const { values } = parseArgs({
  options: {
    'against-stand-in': { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    most: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '7' },
    json: { type: 'string' },
  },
});
const parts = values.only.split(',').map((name) => {
  if (!(name in PARTS)) throw new Error(`no such part: ${name}. There are: ${Object.keys(PARTS).join(', ')}`);
  return name as Part;
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const standIn = values['against-stand-in'] ? await aStandIn() : null;
const bill = new Bill();
const figures: Figure[] = [];
{
  await using house = await aHouse(standIn === null ? process.env : standIn.env);
  if (house.meaning !== null) print(`found by meaning: ${house.meaning}`);
  print(house.model === null ? 'no model is set up: retrieval and what is told are measured; answers, faults, what characters say and injections are left out' : `asked: ${house.model}`);
  if (standIn !== null) print('THE MODEL IS A STAND-IN: the figures of answers mean nothing');
  for (const part of parts) {
    const started = performance.now();
    const more = await PARTS[part]({ house, seed: Number(values.seed), most: Number(values.most), bill });
    print(`\n${part} (${((performance.now() - started) / 1_000).toFixed(0)} s)${more.length === 0 ? ': left out, it needs a model' : ''}`);
    for (const figure of more) print(lineOf(figure));
    figures.push(...more);
  }
}
await standIn?.vendor[Symbol.asyncDispose]();
if (bill.calls > 0) {
  print(`\n${bill.calls} calls, ${bill.tokensIn} tokens in, ${bill.tokensOut} out, ${bill.cost === null ? 'no price given' : `${bill.cost.toFixed(4)} ${bill.currency}`}`);
  if (bill.failures.length > 0) print(`${bill.failures.length} calls failed: ${[...new Set(bill.failures)].join(', ')}`);
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ standIn: standIn !== null, figures, bill }, null, 2)}\n`);
const missed = figures.filter((figure) => !isMet(figure));
print(missed.length === 0 ? '\nevery target is met' : `\nmissed: ${missed.map(({ name }) => name).join('; ')}`);
process.exitCode = missed.length === 0 && bill.failures.length === 0 ? 0 : 1;

function isMet({ value, target }: Figure): boolean {
  if (target === undefined) return true;
  return 'least' in target ? value >= target.least : value <= target.most;
}

function lineOf(figure: Figure): string {
  const { name, value, of, unit, target } = figure;
  const said = Number.isNaN(value) ? '–' : unit === 'share' ? `${(value * 100).toFixed(1)} %` : unit === 'ms' ? `${value.toFixed(0)} ms` : value.toFixed(3);
  const judged =
    target === undefined
      ? ''
      : `  ${isMet(figure) ? 'met' : 'MISSED'} (${'least' in target ? 'at least' : 'at most'} ${unit === 'share' ? `${('least' in target ? target.least : target.most) * 100} %` : 'least' in target ? target.least : target.most})`;
  return `  ${name.padEnd(62)} ${said.padStart(8)}  of ${String(of).padStart(4)}${judged}`;
}
