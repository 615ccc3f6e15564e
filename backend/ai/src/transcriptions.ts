import { type assists, type Out, Problem, type ProjectId } from '@cowrite/contract';
import type { Grant } from '@cowrite/service-kit/grants';
import { createHash } from 'node:crypto';
import { tokensAtMost } from './models/tokens.ts';
import type { TranscriptionModel } from './models/transcription.ts';
import { recordingOf, secondsAtMost, tokensOfSeconds } from './recording.ts';
import type { Sending, Sendings } from './sendings.ts';

/** So many recordings are in this process at once: each is in its memory, whole. */
const AT_ONCE = 8;

/** Recordings that are written down: of the asker's own voice, and kept nowhere. What was said is told to whoever asked and to nobody else. */
export class Transcriptions {
  readonly #sendings: Sendings;
  readonly #model: TranscriptionModel | null;
  readonly #price: Sending['price'];
  #here = 0;

  constructor(sendings: Sendings, { model, price }: { model: TranscriptionModel | null; price: Sending['price'] }) {
    this.#sendings = sendings;
    this.#model = model;
    this.#price = price;
  }

  /** Whose model writes recordings down; null where none does. */
  get source(): { provider: TranscriptionModel['provider']; model: string } | null {
    return this.#model === null ? null : { provider: this.#model.provider, model: this.#model.model };
  }

  /**
   * Has a recording written down. It is read when it may be sent, and asked about once more before it is: a recording may be minutes
   * on its way. `gone`: nobody waits for it any more.
   * @throws Problem as core says; `ai-unconfigured`, `consent-needed`, `unreadable-audio`, `allowance-used`, `too-many-requests`, and
   * what the model's maker did, with `left` in its details.
   */
  async take(grant: Grant, { bearer, projectId, read, gone }: { bearer: string; projectId: ProjectId; read: () => Promise<Uint8Array<ArrayBuffer>>; gone: AbortSignal }): Promise<Out<typeof assists.transcribe>> {
    const model = this.#model;
    if (model === null) throw new Problem('ai-unconfigured');
    const asker = [grant.who.userId];
    const { demand } = await this.#sendings.admit(bearer, projectId);
    await demand(model.provider, asker);
    if (this.#here >= AT_ONCE) throw new Problem('too-many-requests', { seconds: 10 });
    this.#here++;
    try {
      const recording = recordingOf(await read());
      if (recording === null) throw new Problem('unreadable-audio', { left: false });
      await demand(model.provider, asker);
      const tokens = tokensOfSeconds(secondsAtMost(recording));
      const sending: Sending = {
        grant,
        feature: 'transcribe',
        model,
        price: this.#price,
        hash: createHash('sha256').update(recording.bytes).digest('hex'),
        items: [{ id: 'recording', of: asker }],
        most: { tokensIn: tokens, tokensOut: tokens, estimated: true },
        sent: { tokensIn: tokens, tokensOut: 0, estimated: true },
        gone,
      };
      const { id, given, used, cost, currency } = await this.#sendings.send(sending, async (signal) => {
        const { text, usage } = await model.transcribe(recording, signal);
        if (usage !== null && 'tokensIn' in usage) return { given: text, used: { ...usage, estimated: false } };
        return { given: text, used: { tokensIn: usage === null ? tokens : tokensOfSeconds(usage.seconds), tokensOut: tokensAtMost(text), estimated: true } };
      });
      return { assistId: id, text: given, provider: model.provider, model: model.model, usage: { ...used, cost, currency } };
    } finally {
      this.#here--;
    }
  }
}
