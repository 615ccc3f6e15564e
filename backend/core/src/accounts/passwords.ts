import { hash, verify } from '@node-rs/argon2';

/** The passwords everyone tries first. The length rule keeps most of the others out. */
const COMMON = new Set([
  'password',
  '12345678',
  '123456789',
  '1234567890',
  '11111111',
  '00000000',
  '87654321',
  'qwertyui',
  'qwerty12',
  'qwerty123',
  'asdfasdf',
  'asdfghjk',
  '1q2w3e4r',
  'q1w2e3r4',
  'qwer1234',
  'asdf1234',
  'abcd1234',
  'iloveyou',
  'aaaaaaaa',
]);

/** Whether a password is one of those that are tried first. */
export const isCommonPassword = (password: string): boolean => COMMON.has(password.toLowerCase()) || /^(.)\1*$/u.test(password);

/** Hashes of passwords: argon2id, at most two at once, because each takes the memory it takes. */
export class Passwords {
  readonly #options: { algorithm: 2; memoryCost: number; timeCost: number; parallelism: number };
  #free = 2;
  readonly #waiting: (() => void)[] = [];
  readonly #dummy: Promise<string>;

  constructor({ memoryKib, passes }: { memoryKib: number; passes: number }) {
    // argon2id; the package's name for it is a const enum, which single-file compilers cannot read.
    this.#options = { algorithm: 2, memoryCost: memoryKib, timeCost: passes, parallelism: 1 };
    // Made beforehand: even the first unknown address must take no longer than a known one.
    this.#dummy = this.hash('nobody has this password');
    // Whoever awaits it meets the failure; until then it must not end the process.
    this.#dummy.catch(() => undefined);
  }

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password.normalize('NFC'), this.#options));
  }

  /** Whether `password` is the one of `stored`. Without one (no such account) it takes as long and says no. */
  async matches(stored: string | undefined, password: string): Promise<boolean> {
    const against = stored ?? (await this.#dummy);
    const right = await this.#inTurn(() => verify(against, password.normalize('NFC')));
    return right && stored !== undefined;
  }

  /** Whether a stored hash was made with other costs than today's. */
  isOutdated(stored: string): boolean {
    return !stored.includes(`$m=${this.#options.memoryCost},t=${this.#options.timeCost},p=1$`);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
