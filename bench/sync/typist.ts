import { readUpdate } from '@cowrite/sync-core';
import * as Y from 'yjs';
import { type Client, openAll, type Pass, until } from './client.ts';

let lastClient = 1_000;

/** A client id that nobody else has in this run. */
export const newClientId = (): number => (lastClient += 1);

const LETTERS = '가나다라마바사아자차카타파하';

/**
 * Someone who types into a root text of their own, so that no update waits for another's. Every keystroke is made before
 * anything is measured.
 */
export class Typist {
  readonly client: number = newClientId();
  readonly updates: Uint8Array[] = [];

  constructor(keystrokes: number) {
    const doc = new Y.Doc();
    doc.clientID = this.client;
    doc.on('update', (update: Uint8Array) => this.updates.push(update));
    const text = doc.getText(this.root);
    for (let at = 0; at < keystrokes; at += 1) text.insert(at, LETTERS[at % LETTERS.length]!);
    doc.destroy();
  }

  get root(): string {
    return `t${this.client}`;
  }
}

/** When each keystroke was sent, and what everyone heard of it how much later. */
export class Journey {
  readonly #sentAt = new Map<number, number[]>();
  readonly propagationMs: number[] = [];
  readonly ackMs: number[] = [];
  /** Keystrokes that arrived anywhere, each as often as it arrived. */
  deliveries = 0;

  send(writer: Client, typist: Typist, frame: Uint8Array): void {
    const sent = this.#sentAt.get(typist.client);
    const now = performance.now();
    if (sent) sent.push(now);
    else this.#sentAt.set(typist.client, [now]);
    writer.send(frame);
  }

  /** What a reader hears. A keystroke may come alone or with others in one update; it is a clock either way. */
  arrived(update: Uint8Array, own?: Typist): void {
    const now = performance.now();
    for (const { client, from, to } of readUpdate(update).brings) {
      const sent = this.#sentAt.get(client);
      // y-websocket's server sends everyone their own keystrokes too.
      if (!sent || client === own?.client) continue;
      for (let clock = from; clock < to; clock += 1) {
        this.propagationMs.push(now - sent[clock]!);
        this.deliveries += 1;
      }
    }
  }

  /** What a writer hears: everything up to this number of theirs is confirmed. */
  listensFor(typist: Typist): (upTo: number) => void {
    let confirmed = 0;
    return (upTo) => {
      const now = performance.now();
      const sent = this.#sentAt.get(typist.client)!;
      for (; confirmed < upTo; confirmed += 1) this.ackMs.push(now - sent[confirmed]!);
    };
  }
}

/**
 * A late reader of each document finds every keystroke that was sent.
 *
 * @throws Error naming the first typist whose text is not whole after ten seconds
 */
export async function expectWhole(passes: readonly Pass[], typists: readonly (readonly Typist[])[]): Promise<void> {
  const docs = passes.map(() => new Y.Doc());
  const readers = await openAll(passes, (at) => ({ update: (update) => Y.applyUpdate(docs[at]!, update) }));
  for (const [at, doc] of docs.entries()) {
    for (const typist of typists[at]!) await until(() => doc.getText(typist.root).length === typist.updates.length, `a late reader of ${passes[at]!.document} finds what was typed`, 10_000);
    doc.destroy();
  }
  for (const reader of readers) reader.cut();
}

/** Calls `send` at an even rate until `count` are sent: by the clock, not by the answers. */
export async function atRate(perSecond: number, count: number, send: (at: number) => void): Promise<void> {
  const began = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1_000) * perSecond) + 1);
    for (; sent < due; sent += 1) send(sent);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
