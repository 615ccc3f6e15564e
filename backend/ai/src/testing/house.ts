import { Assist, type AssistEvent, type AssistTask, ProblemBody, type ProblemCode, type Role } from '@cowrite/contract';
import { createLogger, readConfig } from '@cowrite/service-kit';
import { aDatabase, type TestDatabase } from '@cowrite/service-kit/testing';
import { createHash, randomUUID } from 'node:crypto';
import { type Ai, createAi } from '../app.ts';
import { AiConfig } from '../config.ts';
import { aCore, type CoreStandIn } from './core.ts';
import { aVendor, type Vendor } from './vendor.ts';

/** Someone who is signed in, with a role in one work. */
interface Someone {
  userId: string;
  signInId: string;
  projectId: string;
}

/** An event as it came on a stream. */
export interface Come {
  id: number;
  event: AssistEvent;
}

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
  code: ProblemCode | undefined;
}

/** The AI service on a port of its own, over a database with one work and its owner; core and the maker of models stand in. */
export interface House extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly core: CoreStandIn;
  readonly vendor: Vendor;
  readonly owner: Someone;
  readonly projectId: string;
  readonly url: string;
  readonly ai: Ai;
  readonly environment: Record<string, string>;
  /** The service's time, moved by hand from the real one. */
  pass(ms: number): void;
  /** From now on people ask at this address. */
  moveTo(url: string): void;
  /** With a role in the house's work, or the owner of a work of their own. */
  someone(role: Role | 'owner of another work'): Promise<Someone>;
  token(of: Someone): Promise<string>;
  ticket(of: Someone, options?: { audience?: string; lifeS?: number; claims?: Record<string, unknown> }): Promise<string>;
  /** A request in somebody's name, with a ticket of its own. */
  ask(method: string, path: string, options?: { of?: Someone | null; bearer?: string; body?: unknown; headers?: Record<string, string> }): Promise<Answer>;
  /** Asks for help. @returns the assist's id */
  assist(task: AssistTask, options?: { of?: Someone; more?: object }): Promise<string>;
  /** The stream of an assist as it comes; it is left when the loop is. */
  follow(id: string, options?: { of?: Someone; after?: number; signal?: AbortSignal }): AsyncGenerator<Come>;
  /** The assist once it is over. */
  over(id: string, options?: { of?: Someone }): Promise<Assist>;
  /** Another process of the service over the same database. */
  another(): Promise<{ url: string; ai: Ai } & AsyncDisposable>;
}

export async function aHouse(environment: Record<string, string> = {}): Promise<House> {
  const logger = createLogger({ service: 'ai', level: process.env['TEST_LOG'] ?? 'silent' });
  const database = await aDatabase();
  const [core, vendor] = [await aCore(), await aVendor()];
  let passedMs = 0;
  const env = { NODE_ENV: 'test', DATABASE_URL: database.url, CORE_URL: core.url, OPENAI_API_KEY: 'a key of this test', OPENAI_BASE_URL: vendor.url, PORT: '0', HOST: '127.0.0.1', ...environment };
  const begin = () => createAi({ config: readConfig(AiConfig, env), logger, now: () => new Date(Date.now() + passedMs), pause: async () => undefined });
  const ai = await begin();
  let url = `http://127.0.0.1:${await ai.listen()}`;
  const projectId = await aWork(database);
  const owner = await aPerson(database, projectId, 'owner');

  const house: House = {
    database,
    core,
    vendor,
    owner,
    projectId,
    get url() {
      return url;
    },
    ai,
    environment: env,
    pass: (ms) => void (passedMs += ms),
    moveTo: (next) => void (url = next),
    someone: async (role) => (role === 'owner of another work' ? aPerson(database, await aWork(database), 'owner') : aPerson(database, projectId, role)),
    async token({ userId }) {
      const token = `cwp_${randomUUID()}`;
      await database.pool.query("INSERT INTO core.personal_token (id, user_id, name, hash, scopes, created_at, expires_at) VALUES ($1, $2, '프로그램', $3, '{*}', now(), now() + interval '1 day')", [
        randomUUID(),
        userId,
        createHash('sha256').update(token).digest(),
      ]);
      return token;
    },
    ticket: (of, { audience = 'cowrite-ai', lifeS = 30, claims = {} } = {}) =>
      core.sign({ jti: randomUUID(), sub: of.userId, name: '김유정', colour: 1, project: of.projectId, role: 'owner', credential: { kind: 'sign-in', id: of.signInId }, ...claims }, { audience, lifeS }),
    async ask(method, path, { of = owner, bearer, body, headers = {} } = {}) {
      const shown = bearer ?? (of === null ? undefined : await house.ticket(of));
      const response = await fetch(url + path, {
        method,
        headers: { ...(shown === undefined ? {} : { authorization: `Bearer ${shown}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const said: unknown = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
      return { status: response.status, headers: response.headers, body: said, code: response.ok ? undefined : ProblemBody.parse(said).code };
    },
    async assist(task, { of = owner, more = {} } = {}) {
      const answer = await house.ask('POST', '/assists', { of, body: { projectId: of.projectId, task, ...more } });
      if (answer.status !== 202) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`);
      return (answer.body as { id: string }).id;
    },
    async *follow(id, { of = owner, after, signal } = {}) {
      const leaving = new AbortController();
      try {
        const response = await fetch(`${url}/assists/${id}/events`, {
          headers: { authorization: `Bearer ${await house.ticket(of)}`, accept: 'text/event-stream', ...(after === undefined ? {} : { 'last-event-id': String(after) }) },
          signal: AbortSignal.any([leaving.signal, ...(signal === undefined ? [] : [signal])]),
        });
        if (!response.ok) throw new Error(`no stream: ${response.status}`);
        yield* eventsIn(response);
      } finally {
        leaving.abort();
      }
    },
    async over(id, { of = owner } = {}) {
      for await (const { event } of house.follow(id, { of })) if (event.type === 'ended') return event.assist;
      throw new Error('the stream ended before the assist did');
    },
    async another() {
      const other = await begin();
      return { ai: other, url: `http://127.0.0.1:${await other.listen()}`, [Symbol.asyncDispose]: () => other.close() };
    },
    async [Symbol.asyncDispose]() {
      await ai.close();
      await vendor[Symbol.asyncDispose]();
      await core[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
  return house;
}

/** Server-sent events as they come, each with its number. */
export async function* eventsIn(response: Response): AsyncGenerator<Come> {
  let rest = '';
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
      if (fields.has('data')) yield { id: Number(fields.get('id')), event: JSON.parse(fields.get('data')!) as AssistEvent };
    }
  }
}

async function aWork({ pool }: TestDatabase): Promise<string> {
  const id = randomUUID();
  await pool.query("INSERT INTO core.project (id, title, description, genre, settings, state, rev, seq, created_at, updated_at) VALUES ($1, '동백꽃', '', '', '{}', 'active', 1, 0, now(), now())", [id]);
  return id;
}

async function aPerson({ pool }: TestDatabase, projectId: string, role: Role): Promise<Someone> {
  const [userId, signInId] = [randomUUID(), randomUUID()];
  await pool.query("INSERT INTO core.account (id, email, name, password_hash, locale, created_at) VALUES ($1, $2, '김유정', 'x', 'ko', now())", [userId, `${userId}@example.com`]);
  await pool.query("INSERT INTO core.sign_in (id, user_id, user_agent, created_at, last_used_at, expires_at) VALUES ($1, $2, '', now(), now(), now() + interval '1 day')", [signInId, userId]);
  await pool.query('INSERT INTO core.member (project_id, user_id, role, colour, joined_at) VALUES ($1, $2, $3, 1, now())', [projectId, userId, role]);
  return { userId, signInId, projectId };
}
