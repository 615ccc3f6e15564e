import * as Y from 'yjs';
import { readBatch } from '../batch.ts';
import type { NewRow } from './new-row.ts';
import { Violation } from './violation.ts';

/**
 * Sees every commit and every acknowledgement, and holds them against each other with Yjs itself and nothing of what is
 * under test but the layout of a row. The invariants:
 *
 *   I1 what was acknowledged is in the log, at that moment and at the end;
 *   I2 nothing is there twice, and no acknowledged deletion comes back;
 *   I3 after quiet, all copies and the log are equal in clocks, deletions and text;
 *   I4 the numbers of a node rise, and an epoch never changes silently;
 *   I5 a snapshot is what folding its rows gives;
 *   I6 what may not be written is nowhere, and what belongs to replaced history is never merged;
 *   I7 nothing looks saved that is not acknowledged;
 *   I8 the log never holds what Yjs would keep pending;
 *   I9 what waits is bounded, and nothing waits after quiet;
 *   I10 every clock in the log is credited to whoever delivered it.
 */
export class Auditor {
  acked = 0;
  refused = 0;
  crashes = 0;
  drafts = 0;
  #epoch = 0;
  readonly #committed = new Map<number, Committed>();
  /** Words that someone deleted, acknowledged or not: nobody is owed them any more. */
  readonly #maybeGone = new Set<string>();
  readonly #surelyGone = new Set<string>();
  /** Words that were acknowledged, by the epoch they were written in. */
  readonly #owed = new Map<string, number>();
  /** Words that became a recovery draft: they belong to history that was replaced. */
  readonly #drafted = new Set<string>();

  get epoch(): number {
    return this.#epoch;
  }

  /** History begins, or is replaced. */
  began(epoch: number, snapshot: Uint8Array | null): void {
    this.#epoch = epoch;
    const committed = new Committed();
    if (snapshot) Y.applyUpdate(committed.doc, snapshot);
    this.#committed.set(epoch, committed);
  }

  /** A row is committed. */
  landed({ row, epoch, bytes, credited }: NewRow): void {
    if (epoch !== this.#epoch) throw new Violation(`I4: a row of epoch ${epoch} was committed in epoch ${this.#epoch}`);
    const committed = this.#committed.get(epoch)!;
    const last = committed.numbers.get(row.node) ?? 0;
    if (row.seq <= last) throw new Violation(`I4: ${row.node} committed ${row.seq} after ${last}`);
    committed.numbers.set(row.node, row.seq);
    for (const update of readBatch(bytes)) {
      const { doc } = committed;
      const before = Y.decodeStateVector(Y.encodeStateVector(doc));
      Y.applyUpdate(doc, update);
      if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) throw new Violation(`I8: ${row.node}/${row.seq} rests on what the log does not hold`);
      for (const [client, next] of Y.decodeStateVector(Y.encodeStateVector(doc))) {
        for (let at = before.get(client) ?? 0; at < next;) {
          const credit = credited.credits.find(({ client: whose, from, to }) => whose === client && from <= at && at < to);
          if (!credit) throw new Violation(`I10: clock ${at} of ${client} in ${row.node}/${row.seq} is credited to nobody`);
          at = credit.to;
        }
      }
    }
    committed.text = null;
  }

  /** A writer was told that a word of theirs is saved. */
  wordAcked(word: string, epoch: number): void {
    this.acked += 1;
    this.#owed.set(word, epoch);
    if (!this.#maybeGone.has(word) && !this.#textOf(epoch).includes(word)) throw new Violation(`I1: ${word} was acknowledged and is not in the log`);
  }

  wordErased(word: string): void {
    this.#maybeGone.add(word);
  }

  /** A writer was told that their deletion of a word is saved. */
  erasureAcked(word: string, epoch: number): void {
    if (this.#textOf(epoch).includes(word)) throw new Violation(`I1: the deletion of ${word} was acknowledged and is not in the log`);
    if (epoch === this.#epoch) this.#surelyGone.add(word);
  }

  draft(words: readonly string[]): void {
    if (words.length > 0) this.drafts += 1;
    for (const word of words) this.#drafted.add(word);
  }

  /** After quiet: what is owed is there, once, and what must not be there is not. */
  auditWords(): void {
    const text = this.#textOf(this.#epoch);
    const there = new Map<string, number>();
    for (const [word] of text.matchAll(/\[[^\]]*\]/g)) there.set(word, (there.get(word) ?? 0) + 1);
    for (const [word, times] of there) {
      if (times > 1) throw new Violation(`I2: ${word} is there ${times} times`);
      if (this.#surelyGone.has(word)) throw new Violation(`I2: ${word} came back`);
      if (this.#drafted.has(word)) throw new Violation(`I6: ${word} belongs to history that was replaced, and was merged`);
      if ((this.#owed.get(word) ?? this.#epoch) < this.#epoch) throw new Violation(`I6: ${word} of an earlier epoch is there`);
    }
    for (const [word, epoch] of this.#owed) {
      if (epoch === this.#epoch && !this.#maybeGone.has(word) && !there.has(word)) throw new Violation(`I1: ${word} is lost`);
    }
  }

  /** I3 for one copy. */
  auditCopy(name: string, copy: Y.Doc): void {
    const { doc } = this.#committed.get(this.#epoch)!;
    if (copy.getText('t').toString() !== this.#textOf(this.#epoch)) throw new Violation(`I3: the text of ${name} differs from the log`);
    if (!Y.equalSnapshots(Y.snapshot(copy), Y.snapshot(doc))) throw new Violation(`I3: clocks or deletions of ${name} differ from the log`);
  }

  #textOf(epoch: number): string {
    const committed = this.#committed.get(epoch)!;
    committed.text ??= committed.doc.getText('t').toString();
    return committed.text;
  }
}

/** What the log of one epoch gives when it is folded as it grows. */
class Committed {
  readonly doc = new Y.Doc({ gc: false });
  readonly numbers = new Map<string, number>();
  text: string | null = null;
}
