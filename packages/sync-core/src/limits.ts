/** Limits of one document (docs/api/sync.md, Limits). The edge has its own for sockets and rates. */
export interface DocumentLimits {
  /** Bytes of one update. Larger ones are refused by name; the client keeps the text. */
  updateBytesMax: number;
  /** Bytes of snapshot and tail at which writing stops. */
  documentBytesMax: number;
}

export const DOCUMENT_LIMITS: DocumentLimits = {
  // A paste of a whole web-novel episode is some 20 kB; a client splits what is larger than this.
  updateBytesMax: 1024 * 1024,
  // About ten million characters of history: long before it, a scene should have become several.
  documentBytesMax: 32 * 1024 * 1024,
};

/** A replica divides what is larger than this: half of the smallest limit a server is run with, since a part may be larger by what cannot be divided. */
export const PART_BYTES_MAX = 512 * 1024;
