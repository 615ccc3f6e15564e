import { readStreamWord, StreamReader, writeStreamRequest } from '@cowrite/sync-core';
import { backoffMs } from './backoff.ts';
import { BROKEN, type Carrier, type Ears } from './carrier.ts';

/** What waits goes in one request up to this size, so that a bad line is not asked for too much at once. */
const REQUEST_BYTES_MAX = 512 * 1024;

/** A request that failed may have arrived; it goes again under its number, and is taken once. */
const STREAM_IS_GONE = new Set([400, 403, 404, 409, 410, 413]);

/**
 * A stream over HTTP: the answer to one request that never ends brings the server's frames, and what this side says goes in
 * requests, one under way at a time (docs/api/sync.md, Streams). `url` is sync's http: or https: address; `random` spreads
 * the pauses between attempts.
 */
export function openStream(url: string, hello: Uint8Array, ears: Ears, random: () => number = Math.random): Carrier {
  const abort = new AbortController();
  const { signal } = abort;
  let streamId: string | null = null;
  let waiting: Uint8Array[] = [];
  let number = 0;
  let isSending = false;

  function end(code: number): void {
    if (signal.aborted) return;
    abort.abort();
    ears.closed(code);
  }

  async function listen(): Promise<void> {
    const answer = await fetch(`${url}/v1/streams`, { method: 'POST', body: requestOf(0, [hello]), cache: 'no-store', signal });
    if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`);
    const reader = answer.body.getReader();
    const messages = new StreamReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error('ended without a word');
      for (const message of messages.take(value)) {
        if (signal.aborted) return;
        const word = readStreamWord(message);
        if (!word) ears.message(message);
        else if (word.type === 'ended') return end(word.code);
        else {
          streamId = word.streamId;
          ears.opened();
        }
      }
    }
  }

  async function sendWaiting(): Promise<void> {
    if (isSending) return;
    isSending = true;
    while (waiting.length > 0 && !signal.aborted) {
      const frames: Uint8Array[] = [];
      for (let bytes = 0; waiting.length > 0 && (frames.length === 0 || bytes + waiting[0]!.length <= REQUEST_BYTES_MAX);) {
        bytes += waiting[0]!.length;
        frames.push(waiting.shift()!);
      }
      number += 1;
      await deliver(requestOf(number, frames));
    }
    isSending = false;
  }

  /** Sends until the server has it, or has no such stream any more. */
  async function deliver(body: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const answer = await fetch(`${url}/v1/streams/${streamId}/frames`, { method: 'POST', body, cache: 'no-store', signal }).catch(() => null);
      if (answer?.ok) return;
      if (answer && STREAM_IS_GONE.has(answer.status)) return end(BROKEN);
      await new Promise((done) => setTimeout(done, backoffMs(attempt, random())));
    }
  }

  // Whatever it was, a fresh carrier is the remedy there is.
  listen().catch(() => end(BROKEN));
  return {
    send(frame) {
      if (streamId === null || signal.aborted) return;
      waiting.push(frame);
      void sendWaiting();
    },
    drop: () => abort.abort(),
  };
}

const requestOf = (number: number, frames: readonly Uint8Array[]) => writeStreamRequest({ number, frames }) as Uint8Array<ArrayBuffer>;
