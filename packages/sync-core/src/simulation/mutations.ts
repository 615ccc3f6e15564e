/** A mistake planted in the source: the simulation must notice each of them, or what it says of the source is worth little. */
export interface Mutation {
  /** The rule that is broken. */
  rule: string;
  /** In `packages/sync-core/src`. */
  file: string;
  /** Stands there exactly once; a test looks. */
  find: string;
  replace: string;
  /** What the code does then. */
  fault: string;
}

export const MUTATIONS: readonly Mutation[] = [
  // ── room ──
  {
    rule: 'RM3',
    file: 'room.ts',
    find: 'if (!this.#coverage.integrates(summary)) return this.#turnAway(session, from, kind); // RM3',
    replace: '',
    fault: 'takes an update that rests on what is not there',
  },
  { rule: 'RM4', file: 'room.ts', find: "if (!from.canWrite) return this.#refuse(session, from, number, 'not-allowed'); // RM4", replace: '', fault: 'stores what a reader sends' },
  { rule: 'RM4', file: 'room.ts', find: 'found.canWrite = canWrite;', replace: '', fault: 'looks at rights only when someone joins' },
  { rule: 'RM5', file: 'room.ts', find: "{ type: 'relay', update, except: session }, ", replace: '', fault: 'tells the other sessions nothing' },
  {
    rule: 'RM6',
    file: 'room.ts',
    find: 'from.waiting.push({ number, position: this.#position });',
    replace: 'from.waiting.push({ number, position: 0 });',
    fault: 'acknowledges before the commit',
  },
  {
    rule: 'RM6',
    file: 'room.ts',
    find: "return [{ type: 'store', position: this.#position, update, ...credited }",
    replace: "return [{ type: 'store', position: this.#position, update: summary.brings.length > 0 ? update : null, ...credited }",
    fault: 'does not store deletions',
  },
  { rule: 'RM7', file: 'room.ts', find: "from.whole = 'refused';", replace: '', fault: 'forgets that something was refused' },
  { rule: 'RM7', file: 'room.ts', find: "if (!canWrite || found.whole !== 'refused') return [];", replace: 'return [];', fault: 'does not ask for what it refused when the right comes back' },
  { rule: 'RM8', file: 'room.ts', find: 'credits: [...fresh, ...confirmed].map(', replace: 'credits: confirmed.map(', fault: 'credits new clocks to nobody' },
  {
    rule: 'RM8',
    file: 'room.ts',
    find: 'credits: [...fresh, ...confirmed].map((range) => ({ ...range, by: userId }))',
    replace: 'credits: [...fresh, ...confirmed].map((range) => ({ ...range, by: this.#owners.get(range.client) ?? userId }))',
    fault: 'credits what was carried to its owner',
  },
  { rule: 'RM10', file: 'room.ts', find: "return [{ type: 'relay', update, except: null }, ...this.#askAgain()]; // RM10", replace: 'return [];', fault: 'keeps what other nodes committed to itself' },
  {
    rule: 'RM10',
    file: 'room.ts',
    find: 'this.#tail.push({ update, row, position: this.#position });',
    replace: '',
    fault: 'gives newcomers nothing of what other nodes committed',
  },
  { rule: 'RM1', file: 'room.ts', find: 'row === null || !this.#isFolded(row)', replace: 'row === null', fault: 'lets committed updates go that no snapshot has' },
  { rule: 'RM1', file: 'room.ts', find: 'this.#uncommitted[0]!.position <= position', replace: 'this.#uncommitted[0]!.position === position', fault: 'keeps all but the last update of a row for ever' },
  // ── replica ──
  { rule: 'RP1', file: 'replica.ts', find: 'if (!onDisk) break;', replace: '', fault: 'sends before the disk has it' },
  { rule: 'RP2', file: 'replica.ts', find: 'this.#sentUpTo = 0;', replace: '', fault: 'sends nothing again after a reconnect' },
  { rule: 'RP2', file: 'replica.ts', find: 'this.#nextNumber = Math.max(this.#nextNumber, number + 1);', replace: '', fault: 'gives a number of an earlier life again' },
  { rule: 'RP3', file: 'replica.ts', find: 'this.#outbox.filter(({ number }) => number > upTo)', replace: 'this.#outbox.filter(({ number }) => number > upTo + 1)', fault: 'forgets one edit more than was acknowledged' },
  { rule: 'RP4', file: 'replica.ts', find: 'return this.#outbox.length;', replace: 'return this.#outbox.filter(({ onDisk }) => onDisk).length;', fault: 'looks saved while the disk is still writing' },
  { rule: 'RP5', file: 'replica.ts', find: 'return [...this.#sendable(), this.#compare(),', replace: 'return [...this.#sendable(),', fault: 'never compares after a join' },
  { rule: 'RP5', file: 'replica.ts', find: 'const parts = splitUpdate(update, PART_BYTES_MAX);', replace: 'const parts: Uint8Array[] = [];', fault: 'does not answer when the whole is asked for' },
  {
    rule: 'RP5',
    file: 'replica.ts',
    find: 'if (!this.canWrite) this.#wholeOwed = input.stateVector;',
    replace: '',
    fault: 'forgets that the whole was asked for while nothing might be sent',
  },
  {
    rule: 'RP6',
    file: 'replica.ts',
    find: "return [...this.#sendable(), { type: 'changed' }];",
    replace: "return [{ type: 'changed' }];",
    fault: 'sends nothing when the right comes back',
  },
  { rule: 'RP7', file: 'replica.ts', find: 'this.#held.splice(0).map(', replace: 'this.#held.splice(0).slice(1).map(', fault: 'loses the first of what was held back' },
  // ── presence ──
  { rule: 'PR1', file: 'presence.ts', find: 'if (known && known.session !== session && (known.session > 0 || state === null || clock <= known.clock)) return null;', replace: '', fault: 'lets two sessions show one client in turns' },
  { rule: 'PR2', file: 'presence.ts', find: 'clock < known.clock || ', replace: '', fault: 'shows an older state over a newer one' },
  { rule: 'PR3', file: 'presence.ts', find: 'return this.#remove((known) => known.session === session);', replace: 'return [];', fault: 'goes on showing who has left' },
  { rule: 'PR4', file: 'presence.ts', find: 'nowMs - known.heardMs > this.#limits.expiresAfterMs', replace: 'false', fault: 'shows the people of a dead node for ever' },
  { rule: 'PR4', file: 'presence.ts', find: 'known.heardMs = nowMs;', replace: 'continue;', fault: 'forgets people who are alive and still' },
  { rule: 'PR5', file: 'presence.ts', find: 'state.length > this.#limits.stateBytesMax', replace: 'false', fault: 'shows a state that is too large' },
  // ── cursor ──
  { rule: 'CU1', file: 'cursor.ts', find: 'if (!isNext || ', replace: 'if (', fault: 'lets a row in after a hole' },
  { rule: 'CU2', file: 'cursor.ts', find: ' || !this.#fits(updates, new StateVector())', replace: '', fault: 'lets a row of the bus in before what it rests on' },
  { rule: 'CU2', file: 'cursor.ts', find: 'left.length !== before;', replace: 'before === -1;', fault: 'takes a reading in the order of its time stamps' },
  { rule: 'CU3', file: 'cursor.ts', find: "case 'read-failed':\n        this.#reading = 'no';", replace: "case 'read-failed':", fault: 'reads no more after a reading failed' },
  {
    rule: 'CU4',
    file: 'cursor.ts',
    find: 'if (stopped.has(row.node) || ',
    replace: 'if (stopped.has(row.node) || row.seq > (this.#passed.get(row.node) ?? 0) + 1 || ',
    fault: 'waits for a number that will never come',
  },
  { rule: 'CU5', file: 'cursor.ts', find: 'if (snapshot) effects.push(...this.#takeSnapshot(snapshot, coming));', replace: '', fault: 'passes over what was folded before it was heard' },
  { rule: 'CU7', file: 'simulation/database.ts', find: 'FORGETS_NODES_AFTER_MS = 10_000', replace: 'FORGETS_NODES_AFTER_MS = 0', fault: 'forgets a node before every room has heard of the folding of its rows' },
  // ── the reader of updates, and what it is kept in ──
  { rule: 'RM3', file: 'update.ts', find: 'for (const [client, next] of summary.refersTo) if (next > knows(client)) return false;', replace: '', fault: 'does not see what an update hangs on' },
  { rule: 'RM3', file: 'update.ts', find: 'for (const { client, to } of summary.deletes) if (to > knows(client)) return false;', replace: '', fault: 'takes a deletion of what is not there' },
  { rule: 'RM6', file: 'update.ts', find: ' || summary.deletes.some((range) => !this.#isDeleted(range))', replace: '', fault: 'takes a deletion for nothing new' },
  { rule: 'RM1', file: 'update.ts', find: 'new Writer().byte(0).raw(deleteSet).finish()', replace: 'new Writer().byte(0).byte(0).finish()', fault: 'leaves the deletions out for a client that returns' },
  { rule: 'RM3', file: 'update.ts', find: 'const to = advance(clock, length);', replace: 'const to = advance(clock, 1);', fault: 'takes everything for one clock long' },
  { rule: 'RM6', file: 'id-ranges.ts', find: 'list[at + 1]! >= to;', replace: 'list[at + 1]! >= from;', fault: 'takes a half known deletion for a known one' },
  { rule: 'RM1', file: 'id-ranges.ts', find: 'if (this.get(client) < next) return false;', replace: '', fault: 'believes that a client has what it lacks' },
  { rule: 'RM6', file: 'batch.ts', find: 'let length = 0;', replace: 'updates = updates.slice(-1); let length = 0;', fault: 'writes only the last update of a batch' },
  { rule: 'RM6', file: 'batch.ts', find: 'while (!reader.done)', replace: 'if (!reader.done)', fault: 'reads only the first update of a batch' },
];
