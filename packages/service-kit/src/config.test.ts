import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'cowrite-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const Schema = z.object({ JWT_SECRET: z.string().min(8), LOG_LEVEL: z.string().default('info') }).transform((env) => ({ secret: env.JWT_SECRET }));

test('a secret may be given as a file, without the end of its line', () => {
  const file = join(folder, 'jwt');
  writeFileSync(file, 'a secret in a file\n');
  expect(readConfig(Schema, { JWT_SECRET_FILE: file, SSL_CERT_FILE: '/nowhere' })).toEqual({ secret: 'a secret in a file' });
  expect(() => readConfig(Schema, { JWT_SECRET_FILE: file, JWT_SECRET: 'given as well' })).toThrow(/JWT_SECRET: is given twice/);
});

test('a file that cannot be read is told by the name of its variable, and not by what is in it', () => {
  expect(() => readConfig(Schema, { JWT_SECRET_FILE: join(folder, 'missing') })).toThrow(ConfigError);
  expect(() => readConfig(Schema, { JWT_SECRET_FILE: join(folder, 'missing') })).toThrow('JWT_SECRET_FILE: cannot be read (ENOENT)');
});
