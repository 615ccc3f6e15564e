import { type Call, type DocumentId, type In, type Node, type NodeId, type Out, ProblemBody, type Project, type ProjectId, type Role, Role as RoleSchema, type Route, routes, type User } from '@cowrite/contract';
import { createLogger } from '@cowrite/service-kit';
import { aDatabase, type TestDatabase } from '@cowrite/service-kit/testing';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { type Core, createCore } from '../../app.ts';
import { CoreEnvironment } from '../../config.ts';
import type { Clock } from '../clock.ts';

/** A clock that moves only by a test's hand, except that it starts at the real time. */
export class HandClock implements Clock {
  #ms = Date.now();
  now(): Date {
    return new Date(this.#ms);
  }
  pass(ms: number): void {
    this.#ms += ms;
  }
}

/** What a test's core is configured with; every limit far away unless a test brings it near. */
const ENVIRONMENT = {
  NODE_ENV: 'test',
  DATABASE_URL: 'postgres://unused',
  JWT_SECRET: 'a secret of tests, thirty-two bytes long or more',
  FRONTEND_URL: 'http://localhost:3100',
  COWRITE_ARGON2_MEMORY_KIB: '19456',
  COWRITE_ARGON2_PASSES: '2',
  COWRITE_REGISTRATIONS_PER_HOUR: '100000',
  COWRITE_REFRESHES_PER_MINUTE: '100000',
  COWRITE_LOGINS_PER_ADDRESS: '100000',
  COWRITE_TICKETS_PER_MINUTE: '100000',
  COWRITE_REQUESTS_PER_MINUTE: '1000000',
};

/** An answer that was not a success. */
class Refused extends Error {
  readonly problem: ProblemBody;
  readonly response: LightMyRequestResponse;

  constructor(problem: ProblemBody, response: LightMyRequestResponse) {
    super(`${problem.code} ${JSON.stringify(problem.errors ?? '')}`);
    this.problem = problem;
    this.response = response;
  }
}

/** A pending call: the answer when awaited, or its `.problem` when one is expected. */
export type Answer<T> = Promise<T> & { problem: Promise<ProblemBody> };

/** Someone with a browser: keeps cookies as one does. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** Headers sent with every request. */
  headers: Record<string, string> = {};

  constructor(readonly instance: FastifyInstance) {}

  /** A request as it is, for what no typed call would send. */
  async send(method: string, url: string, { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {}): Promise<LightMyRequestResponse> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const payload = body === undefined ? undefined : body instanceof Uint8Array ? Buffer.from(body) : raw ? body : JSON.stringify(body);
    const response = await this.instance.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(payload === undefined ? {} : { 'content-type': body instanceof Uint8Array ? 'application/octet-stream' : 'application/json' }),
        ...(this.cookies.size === 0 ? {} : { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...this.headers,
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    for (const { name, value, expires } of response.cookies as { name: string; value: string; expires?: Date }[]) {
      if (expires !== undefined && expires.getTime() === 0) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Calls a route of the contract, and checks that the answer is of the contract's shape. */
  call<R extends Route>(route: R, input: Call<R> & Record<string, unknown>, headers: Record<string, string> = {}): Answer<Out<R>> {
    const answer = this.#call(route, input, headers) as Answer<Out<R>>;
    answer.problem = answer.then(
      () => Promise.reject(new Error(`${route.method} ${route.path} was expected to fail`)),
      (failure: unknown) => (failure instanceof Refused ? failure.problem : Promise.reject(failure)),
    );
    answer.problem.catch(() => undefined);
    return answer;
  }

  async #call(route: Route, input: Record<string, unknown>, headers: Record<string, string>): Promise<unknown> {
    const rest = { ...input };
    const url = route.path.replace(/:(\w+)/g, (_, name: string) => {
      const value = String(rest[name]);
      delete rest[name];
      return encodeURIComponent(value);
    });
    let body: unknown;
    if (route.body === 'bytes') {
      body = rest['bytes'];
      delete rest['bytes'];
    }
    const asQuery = route.query !== undefined || route.body === undefined;
    const query = asQuery ? new URLSearchParams(Object.entries(rest).map(([name, value]): [string, string] => [name, String(value)])).toString() : '';
    if (route.body !== undefined && route.body !== 'bytes') body = rest;
    const response = await this.send(route.method, query === '' ? url : `${url}?${query}`, { ...(body === undefined ? {} : { body }), headers });
    if (response.statusCode >= 400) throw new Refused(ProblemBody.parse(response.json()), response);
    if (response.statusCode !== route.status) throw new Error(`${route.method} ${route.path}: ${response.statusCode}`);
    if (route.output === undefined) return undefined;
    return typeof route.output === 'string' ? response.body : route.output.parse(response.json());
  }
}

/** A core of a test's own, over a database of its own. */
export interface World extends AsyncDisposable {
  core: Core;
  instance: FastifyInstance;
  database: TestDatabase;
  clock: HandClock;
  /** A browser nobody is signed in with. */
  browser(): Browser;
  /** Someone newly registered. */
  someone(name?: string): Promise<Person>;
}

/** A browser and who is signed in with it. */
export type Person = Browser & { user: User & { email: string }; password: string };

let people = 0;

export async function aWorld(environment: Record<string, string> = {}, inDatabase: () => Promise<TestDatabase> = aDatabase): Promise<World> {
  const database = await inDatabase();
  const clock = new HandClock();
  const core = await createCore({ config: CoreEnvironment.parse({ ...ENVIRONMENT, ...environment }), pool: database.pool, clock, logger: createLogger({ service: 'core', level: process.env['TEST_LOG'] ?? 'silent' }) });
  const instance = core.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const browser = () => new Browser(instance);
  return {
    core,
    instance,
    database,
    clock,
    browser,
    async someone(name = `사람 ${++people}`) {
      const it = browser();
      const password = '눈 오는 밤의 긴 암호';
      const email = `person-${++people}@example.com`;
      const { user } = await it.call(routes.accounts.register, { email, password, name });
      return Object.assign(it, { user: { ...user, email }, password });
    },
    async [Symbol.asyncDispose]() {
      await core.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** A work with its people: one of each role that is asked for, the owner always. */
export interface Story extends World {
  project: Project;
  projectId: ProjectId;
  owner: Person;
  as: Record<Role, Person>;
  outsider: Person;
  /** Adds a node as the owner. */
  add(input: Omit<Call<typeof routes.outline.create>, 'projectId'>): Promise<Out<typeof routes.outline.create>>;
  /** The live outline as titles, indented by depth. */
  drawn(): Promise<string[]>;
}

export async function aStory({ roles = RoleSchema.options, environment = {}, inDatabase }: { roles?: readonly Role[]; environment?: Record<string, string>; inDatabase?: (() => Promise<TestDatabase>) | undefined } = {}): Promise<Story> {
  const world = await aWorld(environment, inDatabase);
  const owner = await world.someone('대표');
  const project = await owner.call(routes.projects.create, { title: '달밤의 식당' });
  const as: Partial<Record<Role, Person>> = { owner };
  for (const role of roles) {
    if (role === 'owner') continue;
    // Who came first is told by the clock.
    world.clock.pass(1);
    const person = await world.someone(role);
    const { code } = await owner.call(routes.invitations.create, { projectId: project.id, role });
    await person.call(routes.invitations.accept, { code });
    as[role] = person;
  }
  const outsider = await world.someone('남');
  return {
    ...world,
    project,
    projectId: project.id,
    owner,
    as: as as Record<Role, Person>,
    outsider,
    add: (input) => owner.call(routes.outline.create, { projectId: project.id, ...input } as In<typeof routes.outline.create> & { projectId: ProjectId }),
    async drawn() {
      const { nodes } = await owner.call(routes.outline.list, { projectId: project.id });
      const depth = new Map<NodeId, number>();
      return nodes.map((node: Node) => {
        const level = node.parentId === null ? 0 : depth.get(node.parentId)! + 1;
        depth.set(node.id, level);
        return '  '.repeat(level) + (node.title === '' ? '·' : node.title);
      });
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** The document that a created node is written in. */
export function documentOf(node: { documentId: DocumentId | null }): DocumentId {
  if (node.documentId === null) throw new Error('this node has no document');
  return node.documentId;
}
