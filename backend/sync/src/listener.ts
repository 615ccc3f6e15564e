import type { Identity } from '@cowrite/service-kit/grants';
import type { PresenceChange, RefusalReason } from '@cowrite/sync-core';
import type { Slice } from './slice.ts';

/** A session's half that speaks its wire. The host calls it in the order in which things happened. */
export interface Listener {
  readonly who: Identity;
  /** What others wrote, in order. */
  updates(slice: Slice<Uint8Array>): void;
  ack(upTo: number): void;
  /** This change brings nothing new; only wires that answer message by message care. */
  known(number: number): void;
  refuse(number: number, reason: RefusalReason): void;
  askWhole(stateVector: Uint8Array): void;
  /** The latest of each person who moved, this one among them. */
  presence(slice: Slice<PersonChange>): void;
  /** The session is over; the code is from the contract's table. */
  end(code: number, reason: string): void;
}

export interface PersonChange extends PresenceChange {
  who: Identity;
}
