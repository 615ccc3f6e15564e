import { soundTypeOf } from '../recording.ts';
import { failureOf, failureOfStatus } from './failures.ts';
import { ModelFailure } from './model-provider.ts';
import type { SoundModel, SoundVendor } from './sound.ts';

/** Less tells no sound from another. */
const HEAD_BYTES = 12;
/** An hour of it. What goes on is no line. */
const BYTES_MAX = 64 * 1_024 * 1_024;

/** Sound as it comes, and what it is by its first bytes. */
interface Sound {
  type: string;
  pieces: AsyncIterable<Uint8Array>;
}

/** A model that speaks a text. */
export interface SpeechModel extends SoundModel {
  readonly voice: string;
  /** Asks once; answers when the first of the sound is there. @throws ModelFailure, or the reason of `signal`; so does what comes after the first */
  speak(text: string, signal: AbortSignal): Promise<Sound>;
}

/** OpenAI's speech, or that of whatever speaks its protocol at the operator's address (`/v1/audio/speech`). */
export function speechModel({ provider, name, url, key, model, voice, fetch }: SoundVendor & { voice: string }): SpeechModel {
  const known = (failure: unknown, signal: AbortSignal): unknown => (signal.aborted ? signal.reason : failureOf(failure, name));
  return {
    provider,
    name,
    model,
    voice,
    async speak(text, signal) {
      try {
        const response = await fetch(`${url}/audio/speech`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
          body: JSON.stringify({ model, voice, input: text, response_format: 'mp3' }),
          signal,
        });
        if (!response.ok) {
          await response.body?.cancel();
          throw failureOfStatus(response.status, Object.fromEntries(response.headers), name);
        }
        const pieces: AsyncIterator<Uint8Array> = (response.body ?? new ReadableStream<Uint8Array>({ start: (empty) => empty.close() }))[Symbol.asyncIterator]();
        let head: Uint8Array = new Uint8Array();
        for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
          head = Buffer.concat([head, next.value]);
          if (head.length >= HEAD_BYTES) break;
        }
        const type = soundTypeOf(head);
        if (type === null) {
          await pieces.return?.();
          throw new ModelFailure('model-failed', { name });
        }
        return { type, pieces: whole(head, pieces, (failure) => known(failure, signal), name) };
      } catch (failure) {
        throw known(failure, signal);
      }
    },
  };
}

/** What came first, and everything after it. */
async function* whole(head: Uint8Array, rest: AsyncIterator<Uint8Array>, known: (failure: unknown) => unknown, name: string): AsyncGenerator<Uint8Array> {
  try {
    let size = head.length;
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      size += next.value.length;
      if (size > BYTES_MAX) throw new ModelFailure('model-failed', { name });
      yield next.value;
    }
  } catch (failure) {
    throw known(failure);
  } finally {
    await rest.return?.();
  }
}
