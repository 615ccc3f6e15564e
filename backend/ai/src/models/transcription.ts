import { z } from 'zod';
import type { Recording } from '../recording.ts';
import { failureOf, failureOfStatus } from './failures.ts';
import { ModelFailure } from './model-provider.ts';
import type { SoundModel, SoundVendor } from './sound.ts';

/** A model that writes down what is said in a recording. */
export interface TranscriptionModel extends SoundModel {
  /** Asks once. `usage` is as its maker counts, null where it said nothing. @throws ModelFailure, or the reason of `signal` */
  transcribe(recording: Recording, signal: AbortSignal): Promise<{ text: string; usage: { tokensIn: number; tokensOut: number } | { seconds: number } | null }>;
}

/** What no house can use at once; a maker that says more is not believed. */
const COUNT_MAX = 1_000_000_000;
const count = z.int().min(0).max(COUNT_MAX);
const Usage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tokens'), input_tokens: count, output_tokens: count }),
  z.object({
    type: z.literal('duration'),
    seconds: z
      .number()
      .min(0)
      .max(COUNT_MAX / 10),
  }),
]);
/** Local servers say the text and nothing else. */
const Said = z.object({ text: z.string(), usage: Usage.nullish().catch(null) });

/** OpenAI's transcriptions, or those of whatever speaks its protocol at the operator's address (`/v1/audio/transcriptions`). */
export function transcriptionModel({ provider, name, url, key, model, fetch }: SoundVendor): TranscriptionModel {
  return {
    provider,
    name,
    model,
    async transcribe({ kind, type, bytes }, signal) {
      const form = new FormData();
      // Its maker goes by the end of the name. What the file was called here is nobody's business there.
      form.set('file', new Blob([bytes], { type }), `recording.${kind}`);
      form.set('model', model);
      form.set('response_format', 'json');
      try {
        const response = await fetch(`${url}/audio/transcriptions`, { method: 'POST', headers: key === undefined ? {} : { authorization: `Bearer ${key}` }, body: form, signal });
        if (!response.ok) {
          // Its words are not kept; a body that nobody reads keeps the connection.
          await response.body?.cancel();
          throw failureOfStatus(response.status, Object.fromEntries(response.headers), name);
        }
        const said = Said.safeParse(await response.json());
        if (!said.success) throw new ModelFailure('model-failed', { name });
        const { text, usage } = said.data;
        return { text: text.normalize('NFC').trim(), usage: !usage ? null : usage.type === 'tokens' ? { tokensIn: usage.input_tokens, tokensOut: usage.output_tokens } : { seconds: usage.seconds } };
      } catch (failure) {
        if (signal.aborted) throw signal.reason;
        throw failureOf(failure, name);
      }
    },
  };
}
