/** What carries frames between this tab and sync: a WebSocket, or a stream over HTTP where a network blocks those. */
export interface Carrier {
  /** Says nothing when the carrier is not open (any more). */
  send(frame: Uint8Array): void;
  /** Gives the carrier up at once and without a word to the ears. */
  drop(): void;
}

export type CarrierKind = 'socket' | 'stream';

/** What a carrier tells whoever opened it. */
export interface Ears {
  opened(): void;
  message(frame: Uint8Array): void;
  /** The last word, once. `code` is the server's, or one of the protocol's when the way broke. */
  closed(code: number): void;
}

/** As WebSockets call an end without a goodbye. */
export const BROKEN = 1006;
