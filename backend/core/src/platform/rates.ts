import { Problem } from '@cowrite/contract';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock } from './clock.ts';

/** So many a window, for each key. Counted in this process. */
export class Rate {
  readonly #limiter: RateLimiterMemory;

  constructor(name: string, count: number, windowSeconds: number) {
    this.#limiter = new RateLimiterMemory({ keyPrefix: name, points: count, duration: windowSeconds });
  }

  /** Takes one. @throws Problem `too-many-requests` with the seconds to wait. */
  async take(key: string): Promise<void> {
    try {
      await this.#limiter.consume(key);
    } catch (refused) {
      if (refused instanceof RateLimiterRes) throw tooMany(refused.msBeforeNext);
      throw refused;
    }
  }

  /** Looks without taking. @throws as `take`. */
  async check(key: string): Promise<void> {
    const state = await this.#limiter.get(key);
    if (state !== null && state.remainingPoints <= 0) throw tooMany(state.msBeforeNext);
  }
}

const tooMany = (waitMs: number): Problem => new Problem('too-many-requests', { seconds: Math.max(1, Math.ceil(waitMs / 1000)) });

/**
 * Patience with wrong passwords: an account is never locked (that would let anyone lock out anyone), but after some
 * tries each further one must wait, twice as long every time.
 */
export class Patience {
  readonly #tries = new Map<string, { wrong: number; notBefore: number; last: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly limits: { loginAttempts: number; loginWaitMs: number; loginWaitMaxMs: number },
  ) {}

  /** @throws Problem `too-many-requests` while the wait lasts. */
  check(key: string): void {
    const now = this.clock.now().getTime();
    const tries = this.#tries.get(key);
    if (tries !== undefined && tries.notBefore > now) throw tooMany(tries.notBefore - now);
  }

  /** A wrong password was tried. */
  wrong(key: string): void {
    const now = this.clock.now().getTime();
    const forgetBefore = now - Math.max(this.limits.loginWaitMaxMs, 900_000);
    for (const [other, tries] of this.#tries) {
      // In order of their last try, so the first recent one ends the sweep.
      if (tries.last > forgetBefore) break;
      this.#tries.delete(other);
    }
    const wrong = (this.#tries.get(key)?.wrong ?? 0) + 1;
    const over = wrong - this.limits.loginAttempts;
    const waitMs = over < 0 ? 0 : Math.min(this.limits.loginWaitMaxMs, this.limits.loginWaitMs * 2 ** Math.min(over, 30));
    this.#tries.delete(key);
    this.#tries.set(key, { wrong, notBefore: now + waitMs, last: now });
  }

  /** The right one was. */
  right(key: string): void {
    this.#tries.delete(key);
  }
}
