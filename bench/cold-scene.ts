import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { join as pathOf } from 'node:path';
import { readServerFrame, uuidBytes, writeClientFrame } from '@cowrite/sync-core';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { Person } from './people.ts';
import { randomFrom } from './random.ts';
import { prose } from './serial.ts';
import { startStack } from './stack.ts';
import { StudioClient } from './studio-client.ts';

/**
 * What comes over the line, and how long it takes, until a scene of a million Korean characters is there: down the socket,
 * and fetched (`npm run bench:scene`). With COWRITE_CORPUS, a folder of texts, the scene is of words drawn from them, which is harder to
 * compress than what a person writes; without, it is of a few sentences over and over, which is far too easy.
 */
const CHARACTERS = 1_000_000;
const ROUNDS = 5;

await using stack = await startStack({ env: { COWRITE_COMPACT_AFTER: '200ms' } });
const author = await Person.register(stack.core.url, '가람');
const projectId = await author.project('긴 장면');
const { documentId } = await author.scene(projectId, '장면');
const writer = new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => author.projectTicket(projectId) });
await writer.until(() => writer.isUp, 'connected');
const corpus = process.env['COWRITE_CORPUS'];
const text = (corpus ? drawn(corpus) : prose(CHARACTERS)).slice(0, CHARACTERS);
const paragraphs = text.match(/[\s\S]{1,180}/g)!;
for (let at = 0; at < paragraphs.length; at += 500) {
  const elements = paragraphs.slice(at, at + 500).map((line) => {
    const element = new Y.XmlElement('paragraph');
    element.insert(0, [new Y.XmlText(line)]);
    return element;
  });
  writer.doc.getXmlFragment('default').push(elements);
}
await writer.saved();
writer.stop();
const database = new Client({ connectionString: stack.databaseUrl });
await database.connect();
let folded: { bytes: number } | undefined;
while (!folded) {
  const { rows } = await database.query<{ bytes: number }>(
    'SELECT length(snapshot) AS bytes FROM sync.document d WHERE document_id = $1 AND snapshot IS NOT NULL AND NOT EXISTS (SELECT FROM sync.update_log l WHERE l.document_id = d.document_id)',
    [documentId],
  );
  folded = rows[0];
}
await database.end();

/** Words of these texts in no order. */
function drawn(folder: string): string {
  const words = readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .flatMap((name) => readFileSync(pathOf(folder, name), 'utf8').split(/\s+/));
  const next = randomFrom(7);
  let made = '';
  while (made.length < CHARACTERS) made += `${words[Math.floor(next() * words.length)]!} `;
  return made;
}

/** Opens the scene with nothing, and answers what came down the socket until `ready`. */
async function join(canFetch: boolean): Promise<{ bytes: number; ms: number; path: string | null }> {
  const ticket = await author.projectTicket(projectId);
  const begun = performance.now();
  const socket = new WebSocket(`${stack.sync.url.replace('http', 'ws')}/v1`, { perMessageDeflate: false });
  let line: Socket | null = null;
  socket.on('upgrade', (response) => (line = response.socket));
  socket.on('open', () => {
    socket.send(writeClientFrame({ type: 'hello', version: 1, ticket, lastSeq: 0 }));
    socket.send(writeClientFrame({ type: 'open', channel: 1, documentId: uuidBytes(documentId), epoch: 0, stateVector: Uint8Array.of(0), ...(canFetch ? { canFetch: true } : {}) }));
  });
  let path: string | null = null;
  await new Promise<void>((done) =>
    socket.on('message', (data: Buffer) => {
      const frame = readServerFrame(data);
      if (frame.type === 'snapshot') path = frame.path;
      if (frame.type === 'ready') done();
    }),
  );
  const joined = { bytes: line!.bytesRead, ms: performance.now() - begun, path };
  socket.terminate();
  return joined;
}

function get(path: string, encoding: string): Promise<{ bytes: number; ms: number }> {
  const begun = performance.now();
  return new Promise((done, fail) => {
    request(stack.sync.url + path, { agent: false, headers: { 'accept-encoding': encoding } }, (answer) => {
      const { socket } = answer;
      answer.resume().on('end', () => done({ bytes: socket.bytesRead, ms: performance.now() - begun }));
    })
      .on('error', fail)
      .end();
  });
}

const median = (values: readonly number[]): number => values.toSorted((left, right) => left - right)[values.length >> 1]!;
const told = (name: string, bytes: number, times: readonly number[]) => process.stdout.write(`${name.padEnd(34)} ${bytes.toLocaleString('en').padStart(10)} bytes  ${median(times).toFixed(1).padStart(6)} ms\n`);

process.stdout.write(`${CHARACTERS.toLocaleString('en')} characters, snapshot ${folded.bytes.toLocaleString('en')} bytes, medians of ${ROUNDS}\n`);
const sent: number[] = [];
const around: number[] = [];
const plain: number[] = [];
const squeezed: number[] = [];
let [sentBytes, aroundBytes, plainBytes, squeezedBytes, firstMs] = [0, 0, 0, 0, 0];
for (let round = 0; round < ROUNDS; round += 1) {
  const whole = await join(false);
  const small = await join(true);
  // The first one compresses; the others of these two seconds share what it made.
  const first = await get(small.path!, 'br');
  const next = await get(small.path!, 'br');
  const uncompressed = await get(small.path!, 'identity');
  sent.push(whole.ms);
  around.push(small.ms);
  squeezed.push(next.ms);
  plain.push(uncompressed.ms);
  [sentBytes, aroundBytes, plainBytes, squeezedBytes] = [whole.bytes, small.bytes, uncompressed.bytes, next.bytes];
  if (round === 0) firstMs = first.ms;
}
told('down the socket, to ready', sentBytes, sent);
told('told where to fetch, to ready', aroundBytes, around);
told('fetched, as it is', plainBytes, plain);
told('fetched, brotli 5', squeezedBytes, squeezed);
process.stdout.write(`the first fetch, which compresses: ${firstMs.toFixed(0)} ms\n`);
