import { type AssistId, Problem, type ProjectId } from '@cowrite/contract';
import type { Grant } from '@cowrite/service-kit/grants';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { Assists } from './assists.ts';
import type { SpeechModel } from './models/speech.ts';
import { tokensAtMost } from './models/tokens.ts';
import type { Sending, Sendings } from './sendings.ts';
import type { Used } from './used.ts';

/** What OpenAI takes at once. */
const LETTERS_MAX = 4_096;
/** As OpenAI counts sound, some twenty in a second, and a letter or syllable is not spoken for longer than a quarter of one. */
const TOKENS_A_LETTER = 5;

/** Lines of reading scripts, spoken: word for word as they stand in the script, under the switches that text is under, and kept nowhere. */
export class Speech {
  readonly #sendings: Sendings;
  readonly #assists: Assists;
  readonly #model: SpeechModel | null;
  readonly #price: Sending['price'];

  constructor(sendings: Sendings, assists: Assists, { model, price }: { model: SpeechModel | null; price: Sending['price'] }) {
    this.#sendings = sendings;
    this.#assists = assists;
    this.#model = model;
    this.#price = price;
  }

  /** Whose model speaks; null where none does. */
  get source(): { provider: SpeechModel['provider']; model: string } | null {
    return this.#model === null ? null : { provider: this.#model.provider, model: this.#model.model };
  }

  /**
   * The sound of a line, as it comes. `gone`: nobody hears it any more.
   * @throws Problem as core says; `ai-unconfigured`, `not-found`, `consent-needed` when somebody whose text the line is did not agree to
   * this provider, `allowance-used`, `too-many-requests`, `too-large`, and what the model's maker did, with `left` in its details.
   */
  async speak(grant: Grant, { bearer, projectId, assistId, row, gone }: { bearer: string; projectId: ProjectId; assistId: AssistId; row: number; gone: AbortSignal }): Promise<{ type: string; sound: Readable }> {
    const model = this.#model;
    if (model === null) throw new Problem('ai-unconfigured');
    const { line, item } = await this.#assists.line(grant, assistId, row);
    if (line.length > LETTERS_MAX) throw new Problem('too-large', { limit: `${LETTERS_MAX}` });
    const { demand } = await this.#sendings.admit(bearer, projectId);
    await demand(model.provider, item.of);
    const used: Used = { tokensIn: tokensAtMost(line), tokensOut: [...line].length * TOKENS_A_LETTER, estimated: true };
    const begun = Promise.withResolvers<{ type: string; sound: Readable }>();
    const sending: Sending = { grant, feature: 'speak', model, price: this.#price, hash: createHash('sha256').update(line).digest('hex'), items: [{ id: item.id, of: item.of }], most: used, sent: used, gone };
    this.#sendings
      .send(sending, async (signal) => {
        const { type, pieces } = await model.speak(line, signal);
        const sound = new PassThrough();
        // It may break off before anybody listens; whoever does hears it all the same.
        sound.on('error', () => undefined);
        begun.resolve({ type, sound });
        try {
          for await (const piece of pieces) if (!sound.write(piece)) await once(sound, 'drain', { signal });
          sound.end();
        } catch (failure) {
          // Whoever hears it hears it break off.
          sound.destroy(new Problem('cut-short'));
          throw failure;
        }
        return { given: null, used };
      })
      // After the sound has begun there is nobody to tell; the ledger has it.
      .catch(begun.reject);
    return begun.promise;
  }
}
