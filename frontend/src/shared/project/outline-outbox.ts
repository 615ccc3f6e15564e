import { type Node, Problem, type ProblemCode, type ProjectId } from '@cowrite/contract';
import type { OutlineOp } from './outline-op.ts';
import type { StudioStore } from './studio-store.ts';

/** Failures that say nothing about the change itself: it is sent again, not dropped. */
const PASSING: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['signed-out', 'sign-in-expired', 'too-many-requests', 'internal-error', 'unavailable']);

export interface OutboxHost {
  projectId: ProjectId;
  store: Pick<StudioStore, 'opsOf' | 'addOp' | 'removeOp'>;
  send: (op: OutlineOp) => Promise<(nodes: readonly Node[]) => Node[]>;
  /** Core took `op`; the copy of the truth is brought up to it. */
  took: (op: OutlineOp, merge: (nodes: readonly Node[]) => Node[]) => void;
  /** Core refused `op`; it is gone from the outbox. */
  refused: (op: OutlineOp, problem: Problem) => void;
  /** Runs `drain` while no other tab of this project drains. */
  alone: (drain: () => Promise<void>) => Promise<void>;
  /** Resolves when it is worth trying again after a failure of the network. */
  later: () => Promise<void>;
}

/**
 * Outline changes on their way to core, in the order they were made, one at a time. They show at once, survive the tab,
 * and are sent when the network is back. Closing stops sending and keeps what waits.
 */
export class OutlineOutbox {
  readonly #host: OutboxHost;
  #ops: readonly OutlineOp[] = [];
  #listeners = new Set<() => void>();
  #draining = false;
  #closed = false;

  constructor(host: OutboxHost) {
    this.#host = host;
  }

  /** What waits, oldest first; the same array until something changes. */
  readonly waiting = (): readonly OutlineOp[] => this.#ops;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up what an earlier tab left behind, and sends it. */
  async open(): Promise<void> {
    try {
      const kept = await this.#host.store.opsOf(this.#host.projectId);
      const mine = new Set(this.#ops.map((op) => op.opId));
      this.#set([...kept.filter((op) => !mine.has(op.opId)), ...this.#ops]);
    } catch {
      // A browser that keeps nothing has nothing left behind; what is made from now on waits in memory.
    }
    void this.#drain();
  }

  /** Puts a change in: it shows at once. */
  add(op: OutlineOp): void {
    this.#set([...this.#ops, op]);
    this.#host.store.addOp(this.#host.projectId, op).catch(() => {
      // Kept in memory only; the save state already warns that this browser keeps nothing.
    });
    void this.#drain();
  }

  /** Takes a change back that has not been sent; false when it already was. */
  takeBack(opId: string): boolean {
    if (this.#draining && this.#ops[0]?.opId === opId) return false;
    if (!this.#ops.some((op) => op.opId === opId)) return false;
    this.#drop(opId);
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
  }

  #set(ops: readonly OutlineOp[]): void {
    this.#ops = ops;
    for (const listener of this.#listeners) listener();
  }

  #drop(opId: string): void {
    this.#set(this.#ops.filter((op) => op.opId !== opId));
    this.#host.store.removeOp(this.#host.projectId, opId).catch(() => {
      // Sent again at the next start, which changes nothing: every op may be sent twice.
    });
  }

  async #drain(): Promise<void> {
    if (this.#draining || this.#closed || this.#ops.length === 0) return;
    this.#draining = true;
    try {
      await this.#host.alone(async () => {
        for (let op = this.#ops[0]; op !== undefined && !this.#closed; op = this.#ops[0]) {
          try {
            const merge = await this.#host.send(op);
            this.#host.took(op, merge);
          } catch (failure) {
            if (!(failure instanceof Problem) || PASSING.has(failure.code)) {
              await this.#host.later();
              continue;
            }
            this.#host.refused(op, failure);
          }
          this.#drop(op.opId);
        }
      });
    } finally {
      this.#draining = false;
    }
    if (this.#ops.length > 0) void this.#drain();
  }
}
