/** One variable of the environment, as people read about it. */
export interface EnvironmentVariable {
  name: string;
  /** What holds when it is not set; empty for nothing. */
  fallback: string;
  /** What one might write, when there is no fallback. */
  example?: string;
  meaning: string;
}

export interface EnvironmentSection {
  title: string;
  variables: readonly EnvironmentVariable[];
}

/** What is read of a zod schema here: its description, and through what it is wrapped in, its default. */
interface Field {
  description?: string | undefined;
  _zod: { def: object };
}

/** The variables of a service's schema, with their defaults and descriptions. @throws Error for one without a description. */
export function variablesOf(schema: { shape: Record<string, Field> }): EnvironmentVariable[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    if (field.description === undefined) throw new Error(`${name} has no description`);
    return { name, fallback: fallbackOf(field), meaning: field.description };
  });
}

/** The default as one would write it in the environment: looked for from the outside in. */
function fallbackOf(field: Field): string {
  const { defaultValue, in: before, innerType } = field._zod.def as { defaultValue?: unknown; in?: Field; innerType?: Field };
  if (defaultValue !== undefined) return String(defaultValue);
  const inner = before ?? innerType;
  return inner === undefined ? '' : fallbackOf(inner);
}

/** `.env.example`: every variable once, commented out with its default, under the part that reads it first. */
export function environmentPage(sections: readonly EnvironmentSection[]): string {
  const seen = new Set<string>();
  const lines = [
    '# Every variable Cowrite reads, with its default. Generated from the schemas by `npm run generate`; do not edit.',
    '# Nothing has to be set for `npm start`. It does not read this file: export what you change, e.g.',
    '#   set -a; . ./.env; set +a; npm start',
    '# npm start reads its own section and FRONTEND_URL, passes on COWRITE_…, JWT_EXPIRES_IN, REFRESH_TOKEN_EXPIRES_IN, PUBLIC_ORIGINS,',
    '# OTEL_… and LOG_LEVEL, and sets the rest itself.',
    '# docker-compose reads a copy of it, .env: take away the # before what you give (README.md). A secret may also be given to a',
    '# service as a file that holds it: JWT_SECRET_FILE=/run/secrets/jwt.',
    '# Times are written 500ms, 15m, 7d; sizes are bytes.',
  ];
  for (const { title, variables } of sections) {
    const fresh = variables.filter(({ name }) => !seen.has(name) || name === 'PORT');
    lines.push('', `# ── ${title} ──`);
    for (const { name, fallback, example, meaning } of fresh) {
      seen.add(name);
      lines.push(`# ${meaning}`, `#${name}=${fallback || example || ''}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
