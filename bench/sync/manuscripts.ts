import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import * as Y from 'yjs';
import { randomFrom } from '../random.ts';
import { prose } from '../serial.ts';
import { closeAll, openAll, until } from './client.ts';
import type { Target } from './targets.ts';
import { newClientId } from './typist.ts';

/** Far enough below what one update may have (1 MiB). */
const PART_BYTES = 700_000;

/** A text with its whole history, as the updates that bring it into a document that has nothing. */
export interface Manuscript {
  updates: readonly Uint8Array[];
  bytes: number;
  /** What it is made from, for the page of figures. */
  told: string;
}

/** [where, how many characters go, what comes], one keystroke after another. */
type Keystrokes = Iterable<readonly [number, number, string]>;

const KEYSTROKES = 260_000;

/** A typist in runs: some sentences on, some letters back, now and then somewhere else. Comes out near the recorded one in bytes. */
function* deterministicKeystrokes(seed: number): Keystrokes {
  const next = randomFrom(seed);
  const text = prose(KEYSTROKES, seed);
  let length = 0;
  let at = 0;
  for (let pressed = 0, read = 0; pressed < KEYSTROKES;) {
    if (next() < 0.5) at = Math.floor(next() * (length + 1));
    for (let on = Math.ceil(next() * 60); on > 0; on -= 1, pressed += 1, length += 1) yield [at++, 0, text[read++]!];
    for (let back = Math.min(at, Math.ceil(next() * 44)); back > 0; back -= 1, pressed += 1, length -= 1) yield [(at -= 1), 1, ''];
  }
}

function* recordedKeystrokes(folder: string): Keystrokes {
  const { txns } = JSON.parse(gunzipSync(readFileSync(join(folder, 'automerge-paper.json.gz'))).toString()) as { txns: { patches: [number, number, string][] }[] };
  for (const { patches } of txns) yield* patches;
}

/** One scene of some 100,000 characters, written in 260,000 keystrokes: recorded ones when `tracesFolder` has them. */
export function longScene(tracesFolder: string | undefined): Manuscript {
  const doc = new Y.Doc();
  doc.clientID = newClientId();
  const text = doc.getText('scene');
  for (const [at, gone, come] of tracesFolder ? recordedKeystrokes(tracesFolder) : deterministicKeystrokes(11)) {
    doc.transact(() => {
      if (gone > 0) text.delete(at, gone);
      if (come !== '') text.insert(at, come);
    });
  }
  const update = Y.encodeStateAsUpdate(doc);
  return { updates: [update], bytes: update.length, told: tracesFolder ? 'automerge-paper, 259,778 keystrokes' : 'a deterministic typist, 260,000 keystrokes' };
}

/** A book of a million characters in one document, by several sittings; each paragraph was pasted or typed at once. */
export function novel(): Manuscript {
  const updates: Uint8Array[] = [];
  let part: Uint8Array[] = [];
  let partBytes = 0;
  const doc = new Y.Doc();
  doc.clientID = newClientId();
  doc.on('update', (update: Uint8Array) => {
    if (partBytes + update.length > PART_BYTES) {
      updates.push(Y.mergeUpdates(part));
      part = [];
      partBytes = 0;
    }
    part.push(update);
    partBytes += update.length;
  });
  const fragment = doc.getXmlFragment('default');
  for (const line of prose(1_000_000).trimEnd().split('\n')) {
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText(line)]);
    fragment.insert(fragment.length, [paragraph]);
  }
  updates.push(Y.mergeUpdates(part));
  return { updates, bytes: Y.encodeStateAsUpdate(doc).length, told: '1,000,000 characters in paragraphs of two sentences' };
}

/** Writes it into each document, unless it was written there before. */
export async function fill(target: Target, documents: readonly string[], manuscript: Manuscript): Promise<void> {
  const acked = documents.map(() => 0);
  const clients = await openAll(await Promise.all(documents.map((document) => target.pass(document))), (at) => ({ acked: (upTo) => void (acked[at] = upTo) }));
  for (const [at, client] of clients.entries()) {
    if (client.bytes >= manuscript.bytes / 2) continue;
    for (const frame of client.framesOf(manuscript.updates)) client.send(frame);
    if (target.wire.acknowledges) await until(() => acked[at]! >= manuscript.updates.length, 'the manuscript confirmed');
  }
  // What nothing confirms is taken when a second client is told of it.
  if (!target.wire.acknowledges)
    for (const document of documents) {
      const pass = await target.pass(document);
      await until(async () => {
        const [reader] = await openAll([pass]);
        await reader!.close();
        return reader!.bytes >= manuscript.bytes / 2;
      }, 'the manuscript arrived');
    }
  await closeAll(clients);
  // y-websocket's server writes to LevelDB behind everyone's back, and says to nobody when it has.
  if (!target.wire.acknowledges) await wait(2_000);
}
