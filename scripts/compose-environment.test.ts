import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../bench/stack.ts';

const read = async (file: string) => parse(await readFile(join(root, file), 'utf8'), { merge: true }) as { services: Record<string, { environment?: Record<string, string | null>; extends?: { file: string; service: string } }> };

test('a container is given what its schema reads of .env, and no secret of another', async () => {
  const [house, given] = await Promise.all([read('docker-compose.yml'), read('docker-compose.environment.yml')]);
  const handed = (variable: string) =>
    Object.entries({ ...given.services, ...Object.fromEntries(Object.entries(house.services).filter(([name]) => !(name in given.services))) }).flatMap(([name, { environment = {} }]) => (variable in environment ? [name] : []));
  for (const [variable, services] of [
    ['JWT_SECRET', ['core-api']],
    ['GOOGLE_CLIENT_SECRET', ['core-api']],
    ['KAKAO_CLIENT_SECRET', ['core-api']],
    ['OPENAI_API_KEY', ['ai-service']],
    ['ANTHROPIC_API_KEY', ['ai-service']],
    ['S3_SECRET_ACCESS_KEY', ['media-service']],
    ['DATABASE_MIGRATE_URL', ['migrate']],
    ['DATABASE_URL', ['migrate', 'core-api', 'ai-service', 'sync-service', 'compactor', 'media-service']],
    ['REDIS_URL', ['sync-service', 'compactor']],
    ['REDIS_PASSWORD', ['redis']],
    ['POSTGRES_PASSWORD', ['db']],
  ] as const) {
    expect([variable, handed(variable)]).toEqual([variable, services]);
    if (!variable.endsWith('PASSWORD')) expect([variable, handed(`${variable}_FILE`)]).toEqual([variable, services]);
  }
  // What is generated reaches the container that is named so.
  for (const name of Object.keys(given.services)) expect(house.services[name]!.extends).toEqual({ file: 'docker-compose.environment.yml', service: name });
});

test('what docker-compose.yml decides is not to be changed by .env', async () => {
  const { services } = await read('docker-compose.environment.yml');
  for (const { environment } of Object.values(services)) for (const name of ['HOST', 'PORT', 'CORE_URL', 'COWRITE_TRUSTED_PROXIES', 'COWRITE_MEDIA_DIR']) expect(environment).not.toHaveProperty(name);
});
