import type { EnvironmentVariable } from './environment-page.ts';

/** What docker-compose.yml says itself: addresses inside its network, and what has another default there. */
const DECIDED = new Set(['NODE_ENV', 'HOST', 'PORT', 'CORE_URL', 'PUBLIC_ORIGINS', 'COWRITE_TRUSTED_PROXIES', 'COWRITE_MEDIA_DIR']);
/** What may also be given as a file that holds it. */
const SECRET = /(?:SECRET|KEY|KEY_ID|DATABASE_URL|DATABASE_MIGRATE_URL|REDIS_URL|OTLP_HEADERS)$/;
/** How a schema says that it takes a variable and does nothing with it; a secret is not handed to whom it is of no use. */
const OF_NO_USE = /^accepted because/;

/**
 * `docker-compose.environment.yml`: which variables of `.env` each container is given, by what its schema reads. A variable
 * that is not set is not handed on.
 */
export function composeEnvironment(services: Record<string, readonly EnvironmentVariable[]>): string {
  const lines = [
    '# What each container is given of .env. Generated from the schemas by `npm run generate`; do not edit. A variable without a value',
    '# here is handed on as .env or the shell has it, and not at all when they do not.',
    'services:',
  ];
  for (const [service, variables] of Object.entries(services)) {
    const given = variables.filter(({ name, meaning }) => !DECIDED.has(name) && !OF_NO_USE.test(meaning)).flatMap(({ name }) => (SECRET.test(name) ? [name, `${name}_FILE`] : [name]));
    lines.push(`  ${service}:`, '    environment:', ...given.map((name) => `      ${name}:`));
  }
  return `${lines.join('\n')}\n`;
}
