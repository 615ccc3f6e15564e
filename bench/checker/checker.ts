import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import * as Y from 'yjs';
import { Person } from '../people.ts';
import { randomFrom } from '../random.ts';
import { type Stack, startStack } from '../stack.ts';
import { StudioClient } from '../studio-client.ts';

/**
 * The checker: writers type numbered tokens, processes are killed under them, and afterwards every token that was ever
 * acknowledged must be there exactly once, and no acknowledged deletion may have come back.
 *
 *   node bench/checker/checker.ts --kills 20 --writers 20 --target sync [--seed 7]
 *
 * Prints `ACKED n LOST 0 DUP 0 GHOST 0 seed s …`; exit code 1 when any of the three is not 0.
 */

type Target = 'sync' | 'postgres' | 'compactor' | 'both';

interface Token {
  text: string;
  number: number;
  acked: boolean;
  /** Number of the edit that deleted it. */
  deletedBy: number | null;
  deletionAcked: boolean;
}

class Writer {
  readonly client: StudioClient;
  readonly tokens: Token[] = [];
  readonly #name: string;
  readonly #random: () => number;
  #count = 0;

  constructor(client: StudioClient, name: string, random: () => number) {
    this.client = client;
    this.#name = name;
    this.#random = random;
    client.onAck = (upTo) => {
      for (const token of this.tokens) {
        if (token.number <= upTo) token.acked = true;
        if (token.deletedBy !== null && token.deletedBy <= upTo) token.deletionAcked = true;
      }
    };
  }

  /** The paragraph all writers share: the first one, made by whoever is first. */
  #text(): Y.XmlText {
    const fragment = this.client.doc.getXmlFragment('default');
    if (fragment.length === 0) {
      const paragraph = new Y.XmlElement('paragraph');
      paragraph.insert(0, [new Y.XmlText()]);
      fragment.insert(0, [paragraph]);
    }
    return (fragment.get(0) as Y.XmlElement).get(0) as Y.XmlText;
  }

  write(): void {
    const own = this.tokens.filter((token) => token.acked && token.deletedBy === null);
    if (own.length > 3 && this.#random() < 0.15) return this.#delete(own[Math.floor(this.#random() * own.length)]!);
    const token = `「${this.#name}·${this.#count++}」`;
    this.client.doc.transact(() => {
      const text = this.#text();
      text.insert(Math.floor(this.#random() * 2) * text.length, token);
    });
    this.tokens.push({ text: token, number: this.client.lastNumber, acked: false, deletedBy: null, deletionAcked: false });
  }

  #delete(token: Token): void {
    for (const block of this.client.doc.getXmlFragment('default').toArray()) {
      for (const text of (block as Y.XmlElement).toArray()) {
        const at = (text as Y.XmlText).toString().indexOf(token.text);
        if (at < 0) continue;
        (text as Y.XmlText).delete(at, token.text.length);
        token.deletedBy = this.client.lastNumber;
        return;
      }
    }
  }
}

const count = (text: string, token: string): number => text.split(token).length - 1;

async function strike(stack: Stack, target: Target): Promise<void> {
  if (target === 'sync' || target === 'both') await stack.sync.end('SIGKILL');
  if (target === 'compactor') await stack.compactor.end('SIGKILL');
  if (target === 'postgres' || target === 'both') await stack.restartPostgres('kill');
  if (target === 'sync' || target === 'both') await stack.sync.start();
  if (target === 'compactor') await stack.compactor.start();
}

/** One whole run. */
export async function check({ kills, writers: writerCount, target, seed, documents: documentCount = 3 }: { kills: number; writers: number; target: Target; seed: number; documents?: number }) {
  const random = randomFrom(seed);
  await using stack = await startStack({ env: { COWRITE_COMPACT_AFTER: '200ms', COWRITE_COMPACT_AT_MOST: '1s' } });
  const person = await Person.register(stack.core.url, '점검');
  const projectId = await person.project('점검');
  const documents: string[] = [];
  for (let at = 0; at < documentCount; at += 1) documents.push((await person.scene(projectId, `장면 ${at + 1}`)).documentId);
  const open = (documentId: string) => new StudioClient({ syncUrl: stack.sync.url, documentId, ticket: () => person.projectTicket(projectId) });
  const writers = Array.from({ length: writerCount }, (_, at) => ({ documentId: documents[at % documents.length]!, writer: new Writer(open(documents[at % documents.length]!), String(at), random) }));
  await Promise.all(writers.map(({ writer }) => writer.client.until(() => writer.client.isUp, 'connected')));

  let writing = true;
  const typing = writers.map(async ({ writer }) => {
    while (writing) {
      writer.write();
      await wait(5 + random() * 20);
    }
  });
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      await wait(20 + random() * 300);
      await strike(stack, target);
    }
    await wait(300);
  } finally {
    writing = false;
    await Promise.all(typing);
  }
  await Promise.all(writers.map(({ writer }) => writer.client.saved(60_000)));

  let acked = 0;
  let lost = 0;
  let duplicated = 0;
  let ghosts = 0;
  for (const documentId of documents) {
    const fresh = open(documentId);
    await fresh.until(() => fresh.isUp, 'a fresh client', 60_000);
    const freshText = fresh.doc
      .getXmlFragment('default')
      .toArray()
      .map((block) => (block as Y.XmlElement).toArray().map(String).join(''))
      .join('\n');
    fresh.stop();
    const committed = await person.text(projectId, documentId);
    const texts = [freshText, committed];
    for (const { documentId: own, writer } of writers) {
      if (own !== documentId) continue;
      texts.push(
        writer.client.doc
          .getXmlFragment('default')
          .toArray()
          .map((block) => (block as Y.XmlElement).toArray().map(String).join(''))
          .join('\n'),
      );
      for (const token of writer.tokens) {
        if (!token.acked) throw new Error('saved, and yet a token is not acknowledged');
        acked += 1;
        for (const text of [freshText, committed]) {
          const times = count(text, token.text);
          if (token.deletedBy === null && times === 0) lost += 1;
          if (times > 1) duplicated += 1;
          if (token.deletionAcked && times > 0) ghosts += 1;
        }
      }
    }
    if (new Set(texts).size !== 1) throw new Error(`the copies of a scene differ (seed ${seed})`);
  }
  for (const { writer } of writers) writer.client.stop();
  return { acked, lost, duplicated, ghosts };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '20' }, writers: { type: 'string', default: '20' }, target: { type: 'string', default: 'sync' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } },
  });
  const seed = Number(values.seed);
  const { acked, lost, duplicated, ghosts } = await check({ kills: Number(values.kills), writers: Number(values.writers), target: values.target as Target, seed });
  process.stdout.write(`ACKED ${acked} LOST ${lost} DUP ${duplicated} GHOST ${ghosts} seed ${seed} kills ${values.kills} target ${values.target}\n`);
  process.exit(lost + duplicated + ghosts === 0 && acked > 0 ? 0 : 1);
}
