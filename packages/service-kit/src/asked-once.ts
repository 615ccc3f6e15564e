import { Problem } from '@cowrite/contract';

const KEPT_MS = 24 * 3_600_000;
/** A claim whose process died is taken over after this. */
const CLAIM_MS = 60_000;
const KEY_MAX = 200;

/** A person's key, and the moment from which it was one request's. */
export interface Claim {
  userId: string;
  key: string;
  at: Date;
}

/** Where a service keeps its keys: a table of its own with a row for each person and key. */
export interface KeyTable<Answer> {
  /**
   * Gives the key to this request, in one statement: where nobody has it, where whoever had it came at `forgotten` or before, and where the
   * same request came at `abandoned` or before and has no answer. @returns whether it did
   */
  claim(claim: Claim, request: Buffer, bounds: { forgotten: Date; abandoned: Date }): Promise<boolean>;
  /** The request that has the key, and its answer; null while it is on its way. */
  find(userId: string, key: string): Promise<{ request: Uint8Array; answer: Answer | null } | undefined>;
  /** Keeps the answer of a claim, as far as it is still that one's key. */
  keep(claim: Claim, answer: Answer): Promise<void>;
  /** Gives back the key of a claim that came to nothing, as far as it is still that one's. */
  release(claim: Claim): Promise<void>;
  /** Forgets those that came at `until` or before. */
  forget(until: Date): Promise<void>;
}

/** Requests that are sent again: the same person's key with the same request has the same answer for a day; another request may not use it. */
export class AskedOnce<Answer> {
  readonly #keys: KeyTable<Answer>;
  readonly #now: () => Date;

  constructor(keys: KeyTable<Answer>, now: () => Date) {
    this.#keys = keys;
    this.#now = now;
  }

  /**
   * Runs `run` once for this person's key; what failed gives the key back. `request`: a hash of what is asked.
   * @throws Problem `key-reused` for another request, `unavailable` while the first is on its way, `invalid-input` for a key that is too long
   */
  async once(userId: string, key: string, request: Buffer, run: () => Promise<Answer>): Promise<Answer> {
    if (key.length > KEY_MAX) throw new Problem('invalid-input', {}, [{ path: 'idempotency-key', message: 'too-long' }]);
    const at = this.#now();
    const claim = { userId, key, at };
    if (!(await this.#keys.claim(claim, request, { forgotten: new Date(at.getTime() - KEPT_MS), abandoned: new Date(at.getTime() - CLAIM_MS) }))) return this.#before(claim, request);
    let answer: Answer;
    try {
      answer = await run();
    } catch (failure) {
      await this.#keys.release(claim);
      throw failure;
    }
    // Outside: a request that was done keeps its key also when its answer could not be kept, so that it is not done again at once.
    await this.#keys.keep(claim, answer);
    return answer;
  }

  /** Forgets what is older than a day. */
  forget(): Promise<void> {
    return this.#keys.forget(new Date(this.#now().getTime() - KEPT_MS));
  }

  async #before({ userId, key }: Claim, request: Buffer): Promise<Answer> {
    const first = await this.#keys.find(userId, key);
    if (first === undefined) throw new Problem('unavailable');
    if (!request.equals(first.request)) throw new Problem('key-reused');
    if (first.answer === null) throw new Problem('unavailable');
    return first.answer;
  }
}
