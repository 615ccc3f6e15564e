/**
 * Order keys: strings that sort bytewise, with always room for another one between two of them, so that moving a node
 * writes that node's row alone.
 *
 * A key is a whole number followed by a fraction, both in base 62 (`0-9A-Za-z`, ascending as bytes). The first letter
 * says how many digits the whole number has: `a` one, `b` two …, and downwards `Z` one, `Y` two … for numbers below
 * zero. Appending only counts the whole number up, so a list that grows at its end has keys of a few letters for ever.
 */

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FIRST = 'a0';

const digit = (character: string): number => {
  const value = DIGITS.indexOf(character);
  if (value < 0 || character.length !== 1) throw new RangeError('not an order key');
  return value;
};

function wholeLength(key: string): number {
  const head = key.charCodeAt(0);
  if (head >= 0x61 && head <= 0x7a) return head - 0x61 + 2;
  if (head >= 0x41 && head <= 0x5a) return 0x5a - head + 2;
  throw new RangeError('not an order key');
}

const wholeOf = (key: string): string => {
  const whole = key.slice(0, wholeLength(key));
  if (whole.length !== wholeLength(key)) throw new RangeError('not an order key');
  return whole;
};

/** Whether `key` is one that this module could have made. */
export function isOrderKey(key: string): boolean {
  if (!/^[A-Za-z][0-9A-Za-z]+$/.test(key)) return false;
  return key.length >= wholeLength(key) && !key.slice(wholeLength(key)).endsWith('0');
}

/** The next whole number, or null when there is none (after 62^26 appends). */
function above(whole: string): string | null {
  const digits = Array.from(whole.slice(1));
  for (let at = digits.length - 1; at >= 0; at--) {
    const value = digit(digits[at]!) + 1;
    if (value < 62) {
      digits[at] = DIGITS[value]!;
      return whole[0] + digits.join('');
    }
    digits[at] = '0';
  }
  if (whole[0] === 'Z') return FIRST;
  if (whole[0] === 'z') return null;
  const head = String.fromCharCode(whole.charCodeAt(0) + 1);
  return head + '0'.repeat(wholeLength(head) - 1);
}

/** The whole number before, or null when there is none. */
function below(whole: string): string | null {
  const digits = Array.from(whole.slice(1));
  for (let at = digits.length - 1; at >= 0; at--) {
    const value = digit(digits[at]!) - 1;
    if (value >= 0) {
      digits[at] = DIGITS[value]!;
      return whole[0] + digits.join('');
    }
    digits[at] = 'z';
  }
  if (whole[0] === 'a') return 'Zz';
  if (whole[0] === 'A') return null;
  const head = String.fromCharCode(whole.charCodeAt(0) - 1);
  return head + 'z'.repeat(wholeLength(head) - 1);
}

/** A fraction strictly between `low` and `high` (null: no upper end); neither ends in a zero, nor does the answer. */
function fractionBetween(low: string, high: string | null): string {
  if (high !== null) {
    let shared = 0;
    while (shared < high.length && (low[shared] ?? '0') === high[shared]) shared++;
    if (shared > 0) return high.slice(0, shared) + fractionBetween(low.slice(shared), high.slice(shared));
  }
  const from = low === '' ? 0 : digit(low[0]!);
  const to = high === null ? 62 : digit(high[0]!);
  if (to - from > 1) return DIGITS[Math.round((from + to) / 2)]!;
  if (high !== null && high.length > 1) return high[0]!;
  return DIGITS[from]! + fractionBetween(low.slice(1), null);
}

/**
 * A key after `low` and before `high`; null is the open end. Deterministic.
 * @throws RangeError when `low` is not before `high`, or one is not an order key.
 */
export function between(low: string | null, high: string | null): string {
  for (const key of [low, high]) if (key !== null && !isOrderKey(key)) throw new RangeError('not an order key');
  if (low !== null && high !== null && low >= high) throw new RangeError('order keys out of order');
  if (low === null && high === null) return FIRST;
  if (low === null) {
    const whole = wholeOf(high!);
    if (whole !== high) return whole;
    return below(whole) ?? whole + fractionBetween('', high!.slice(whole.length) || null);
  }
  const lowWhole = wholeOf(low);
  const lowFraction = low.slice(lowWhole.length);
  if (high === null) return above(lowWhole) ?? lowWhole + fractionBetween(lowFraction, null);
  const highWhole = wholeOf(high);
  if (lowWhole === highWhole) return lowWhole + fractionBetween(lowFraction, high.slice(highWhole.length));
  const next = above(lowWhole);
  return next !== null && next < high ? next : lowWhole + fractionBetween(lowFraction, null);
}

/** `count` keys in ascending order after `low` and before `high`, as short as can be. @throws RangeError as `between`. */
export function many(low: string | null, high: string | null, count: number): string[] {
  if (count <= 0) return [];
  if (count === 1) return [between(low, high)];
  if (high === null) {
    const keys: string[] = [];
    for (let last = low; keys.length < count; keys.push(last)) last = between(last, null);
    return keys;
  }
  if (low === null) {
    const keys: string[] = [];
    for (let first: string = high; keys.length < count; keys.push(first)) first = between(null, first);
    return keys.toReversed();
  }
  const half = Math.floor(count / 2);
  const middle = between(low, high);
  return [...many(low, middle, half), middle, ...many(middle, high, count - half - 1)];
}
