import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Raised once with every complaint about the environment, so that an operator mends all of it in one go. */
export class ConfigError extends Error {
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[]) {
    super(`The configuration cannot be used:\n${complaints.map((line) => `  - ${line}`).join('\n')}`);
    this.name = 'ConfigError';
    this.complaints = complaints;
  }
}

/**
 * Reads a service's configuration from `env` by `schema`, whose keys are the variables' names. An empty value counts as
 * absent. A variable may also be given as a file that holds it, by its name with `_FILE`. Values are never repeated in a complaint: they may be secrets.
 *
 * @throws ConfigError with every complaint at once.
 */
export function readConfig<S extends z.ZodType>(schema: S, env: Record<string, string | undefined>): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const complaints: string[] = [];
  for (const name of namesIn(schema)) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined) complaints.push(`${name}: is given twice, by itself and by ${name}_FILE`);
    else
      try {
        given[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      } catch (error) {
        complaints.push(`${name}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code})`);
      }
  }
  if (complaints.length > 0) throw new ConfigError(complaints);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'environment'}: ${issue.message}`));
}

/** The variables of a schema, through what it is wrapped in. */
function namesIn(schema: z.ZodType): string[] {
  const { shape, in: before } = schema._zod.def as { shape?: object; in?: z.ZodType };
  return shape ? Object.keys(shape) : before ? namesIn(before) : [];
}

/** A whole number in the environment, e.g. a limit. */
export const wholeNumber = (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) => z.coerce.number().int().min(min).max(max).default(fallback);

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span of time written as people write it (`15m`, `7d`, `500ms`), in milliseconds. */
export const duration = (fallback: string) =>
  z
    .string()
    .regex(/^\d+(ms|s|m|h|d)$/, { message: 'write a number and a unit: ms, s, m, h or d' })
    .default(fallback)
    .transform((value) => {
      const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(value)!;
      return Number(amount) * UNITS[unit!]!;
    });

/** Secrets people paste from examples. None of them may reach production (S28). */
const PLACEHOLDERS = [/^your[_-]/i, /^change[_-]?me/i, /^secret$/i, /^password$/i, /^x+$/i, /_here$/i, /^sk-xxx/i];

/** Whether `value` looks like a placeholder from an example file rather than a secret. */
export const isPlaceholder = (value: string): boolean => PLACEHOLDERS.some((pattern) => pattern.test(value));

/** Values separated by commas; none when it is empty. */
export const list = (fallback = '') =>
  z
    .string()
    .default(fallback)
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );

/** An http or https address. */
export const webAddress = z.url({ protocol: /^https?$/, message: 'write an http or https address' }).transform((value) => new URL(value));
