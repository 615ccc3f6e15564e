import * as Y from 'yjs';
import type { StudioClient } from '../studio-client.ts';

export interface Token {
  text: string;
  number: number;
  /** Moments of `performance.now()`. */
  writtenAt: number;
  ackedAt: number | null;
  /** Number of the edit that deleted it. */
  deletedBy: number | null;
  deletionAcked: boolean;
}

/** The prose of a document as the checker compares it: one line a block. */
export const textOf = (doc: Y.Doc): string =>
  doc
    .getXmlFragment('default')
    .toArray()
    .map((block) => (block as Y.XmlElement).toArray().map(String).join(''))
    .join('\n');

/** Types numbered tokens into the first paragraph of a document, deletes some of its own, and remembers what was acknowledged. */
export class TokenWriter {
  readonly client: StudioClient;
  readonly documentId: string;
  /** Which node it is connected to. */
  readonly node: number;
  readonly tokens: Token[] = [];
  readonly #name: string;
  readonly #random: () => number;
  readonly #deletions: Token[] = [];
  #ackedTokens = 0;
  #ackedDeletions = 0;
  ackedUpTo = 0;

  constructor({ client, documentId, node, name, random }: { client: StudioClient; documentId: string; node: number; name: string; random: () => number }) {
    this.client = client;
    this.documentId = documentId;
    this.node = node;
    this.#name = name;
    this.#random = random;
    client.onAck = (upTo) => {
      this.ackedUpTo = Math.max(this.ackedUpTo, upTo);
      for (let token = this.tokens[this.#ackedTokens]; token && token.number <= upTo; token = this.tokens[++this.#ackedTokens]) token.ackedAt = performance.now();
      for (let token = this.#deletions[this.#ackedDeletions]; token && token.deletedBy! <= upTo; token = this.#deletions[++this.#ackedDeletions]) token.deletionAcked = true;
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
    const own = this.#ackedTokens > 3 && this.#random() < 0.15 ? this.tokens[Math.floor(this.#random() * this.#ackedTokens)]! : null;
    if (own && own.deletedBy === null) return this.#delete(own);
    this.type('');
  }

  /** One token, with more characters in it if wanted. */
  type(filling: string): void {
    const text = `「${this.#name}·${this.tokens.length}${filling}」`;
    this.client.doc.transact(() => {
      const prose = this.#text();
      prose.insert(Math.floor(this.#random() * 2) * prose.length, text);
    });
    this.tokens.push({ text, number: this.client.lastNumber, writtenAt: performance.now(), ackedAt: null, deletedBy: null, deletionAcked: false });
  }

  #delete(token: Token): void {
    for (const block of this.client.doc.getXmlFragment('default').toArray()) {
      for (const text of (block as Y.XmlElement).toArray()) {
        const at = (text as Y.XmlText).toString().indexOf(token.text);
        if (at < 0) continue;
        (text as Y.XmlText).delete(at, token.text.length);
        token.deletedBy = this.client.lastNumber;
        this.#deletions.push(token);
        return;
      }
    }
  }
}

export interface Tally {
  acked: number;
  lost: number;
  duplicated: number;
  ghosts: number;
}

/** How the tokens of a document's writers stand in one copy of it. Only acknowledged ones count. */
export function tally(writers: readonly TokenWriter[], text: string): Tally {
  const times = new Map<string, number>();
  for (const [token] of text.matchAll(/「[^「」]*」/g)) times.set(token, (times.get(token) ?? 0) + 1);
  const result = { acked: 0, lost: 0, duplicated: 0, ghosts: 0 };
  for (const token of writers.flatMap(({ tokens }) => tokens)) {
    const found = times.get(token.text) ?? 0;
    if (found > 1) result.duplicated += 1;
    if (token.deletionAcked && found > 0) result.ghosts += 1;
    if (token.ackedAt === null) continue;
    result.acked += 1;
    if (token.deletedBy === null && found === 0) result.lost += 1;
  }
  return result;
}
