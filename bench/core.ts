import { cpus } from 'node:os';
import { Person } from './people.ts';
import { EPISODES, serial } from './serial.ts';
import { startStack } from './stack.ts';

/**
 * What core takes for a long serial: `npm run bench:core`. Prints medians
 * of five of each, with the machine. The serial is 500 episodes of some 5,500 characters, made from a few sentences.
 */
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function five(name: string, targetMs: number, work: () => Promise<unknown>): Promise<void> {
  await work();
  const times: number[] = [];
  for (let run = 0; run < 5; run++) times.push(await timed(work));
  process.stdout.write(`${name.padEnd(52)} ${median(times).toFixed(0).padStart(6)} ms   (target ${targetMs} ms)\n`);
}

await using stack = await startStack();
const author = await Person.register(stack.core.url, '측정');
const projectId = await author.project('긴 연재');
process.stdout.write(`${cpus()[0]!.model} × ${cpus().length}, Node ${process.version}\n`);

const text = serial();
const importId = (await author.call<{ id: string }>('POST', `/projects/${projectId}/imports`)).id;
const bytes = new TextEncoder().encode(text);
const readMs = await timed(async () => {
  const answer = await fetch(`${stack.core.url}/projects/${projectId}/imports/${importId}/files?name=serial.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${author.token}`, 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  if (!answer.ok) throw new Error(await answer.text());
});
const applyMs = await timed(() => author.call('POST', `/projects/${projectId}/imports/${importId}/apply`, {}));
process.stdout.write(`import of ${text.length} characters: ${((readMs + applyMs) / 1000).toFixed(2)} s, ${((readMs + applyMs) / (bytes.length / 1_000)).toFixed(2)} s per MB (target 5)\n`);
for (let more = 0; more < EPISODES; more++) await author.call('POST', `/projects/${projectId}/outline`, { kind: 'chapter', title: `덧붙인 ${more}화` });

// Search reads what the compactor has settled: wait until the last episode is there.
for (let found = 0; found === 0;) found = (await author.call<{ items: unknown[] }>('GET', `/projects/${projectId}/search?q=${encodeURIComponent('은방울꽃')}`)).items.length;

await five(`outline of ${EPISODES * 4} nodes`, 200, () => author.call('GET', `/projects/${projectId}/outline`));
await five('shelf', 200, () => author.call('GET', '/projects'));
await five('lengths of the work', 200, () => author.call('GET', `/projects/${projectId}/lengths`));
for (const q of ['은방울꽃', '설화', 'ㅅㅎ', '없는 말']) await five(`search “${q}”`, 300, () => author.call('GET', `/projects/${projectId}/search?q=${encodeURIComponent(q)}`));
const { nodes } = await author.call<{ nodes: { id: string; kind: string }[] }>('GET', `/projects/${projectId}/outline`);
const chapters = nodes.filter((node) => node.kind === 'chapter');
await five('move of one chapter among them', 200, () => author.call('POST', `/projects/${projectId}/outline/moves`, { nodeIds: [chapters[5]!.id], to: { place: 'before', nodeId: chapters[900]!.id } }));
