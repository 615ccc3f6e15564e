import { type In, type Out, Problem, type Route } from '@cowrite/contract';
import { createParamDecorator, type ExecutionContext, HttpCode, RequestMapping, RequestMethod } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { AccessOf, SignedIn, Visitor } from './grants.ts';
import type { SessionTokens } from './cookies.ts';

/** What a handler may know of the request beyond its input, and what it may do to the answer beyond returning it. */
export interface RequestContext {
  readonly requestId: string;
  /** The caller's network address. */
  readonly address: string;
  readonly userAgent: string;
  /** Of the browser's first choice, for someone who has not chosen. */
  readonly locale: 'ko' | 'en';
  /** The refresh cookie, if there is one. */
  readonly refreshToken: string | undefined;
  /** Sets the browser's cookies. */
  signIn(tokens: SessionTokens): void;
  /** Clears them. */
  signOut(): void;
}

/** What the guard leaves on a request. */
export interface Admitted {
  readonly access: Visitor | SignedIn;
  readonly context: RequestContext;
  /** Runs the handler once for an idempotency key; without a key, simply runs it. */
  once(route: Route, input: unknown, run: () => Promise<unknown>): Promise<unknown>;
}

declare module 'fastify' {
  interface FastifyRequest {
    admitted?: Admitted;
  }
  interface FastifyContextConfig {
    route?: Route;
  }
}

const admittedOf = (context: ExecutionContext): Admitted => {
  const { admitted } = context.switchToHttp().getRequest<FastifyRequest>();
  // A handler without a guard before it would be an open door; it must not even start.
  if (admitted === undefined) throw new Error('a route was reached past the guard');
  return admitted;
};

const Access = createParamDecorator((_: unknown, context: ExecutionContext) => admittedOf(context).access);
const Input = createParamDecorator((route: Route, context: ExecutionContext) => inputOf(route, context.switchToHttp().getRequest<FastifyRequest>()));
const Context = createParamDecorator((_: unknown, context: ExecutionContext) => admittedOf(context));
// In a box: a reply is thenable, and awaiting it would wait for the answer that it is to carry.
const Reply = createParamDecorator((_: unknown, context: ExecutionContext) => ({ reply: context.switchToHttp().getResponse<FastifyReply>() }));

type Handler<R extends Route> = (access: AccessOf<R>, input: In<R>, context: RequestContext) => Promise<Out<R>>;

/**
 * Makes a controller's method the handler of `route`: its method, path and status, the guard's decision, the parsing of
 * params, query and body, and the shape of the answer all come from the contract. A handler that asks for a right its
 * route does not need, or answers another shape, does not compile.
 */
export function Endpoint<R extends Route>(route: R) {
  return <H extends Handler<R>>(target: object, key: string, descriptor: TypedPropertyDescriptor<H>): void => {
    const handler = descriptor.value!;
    const framed = async function (this: unknown, access: AccessOf<R>, input: In<R>, admitted: Admitted, { reply }: { reply: FastifyReply }): Promise<unknown> {
      const answer = await admitted.once(route, input, () => handler.call(this, access, input, admitted.context));
      return route.output === 'text' ? textAnswer(reply, answer as string) : answer;
    };
    descriptor.value = framed as unknown as H;
    RequestMapping({ method: RequestMethod[route.method], path: route.path })(target, key, descriptor);
    HttpCode(route.status)(target, key, descriptor);
    RouteConfig({ route })(target, key, descriptor);
    Access()(target, key, 0);
    Input(route)(target, key, 1);
    Context()(target, key, 2);
    Reply()(target, key, 3);
  };
}

function textAnswer(reply: FastifyReply, text: string): string | undefined {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  void reply.header('content-type', 'text/plain; charset=utf-8').header('etag', etag).header('cache-control', 'private, no-cache');
  if (reply.request.headers['if-none-match'] !== etag) return text;
  void reply.status(304);
  return undefined;
}

/**
 * The parsed input of a request.
 * @throws Problem `not-found` for a path that names nothing, `unknown-field` for what does not belong in the body,
 * `invalid-input` with every complaint otherwise, `malformed-request` for a body where an object is needed.
 */
function inputOf(route: Route, request: Pick<FastifyRequest, 'params' | 'query' | 'body'>): unknown {
  const params = route.params === undefined ? {} : route.params.safeParse(request.params);
  if ('success' in params && !params.success) throw new Problem('not-found');
  const query = route.query === undefined ? {} : parsed(route.query, request.query);
  const body = route.body === undefined ? {} : route.body === 'bytes' ? { bytes: bytesOf(request.body) } : parsed(route.body, objectOf(request.body));
  return { ...('data' in params ? (params.data as object) : {}), ...(query as object), ...(body as object) };
}

function bytesOf(body: unknown): Uint8Array {
  if (!(body instanceof Uint8Array)) throw new Problem('unsupported-type', { expected: 'application/octet-stream' });
  return body;
}

function objectOf(body: unknown): object {
  if (body === undefined) throw new Problem('malformed-request');
  if (typeof body !== 'object' || body === null || Array.isArray(body) || body instanceof Uint8Array) throw new Problem('malformed-request');
  // JSON makes it an own property; nothing of ours is called so, and copying it on would change an object's nature.
  if (Object.hasOwn(body, '__proto__')) throw new Problem('unknown-field', { fields: '__proto__' });
  return body;
}

function parsed(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) {
    const path = pathOfNul(result.data, []);
    // Neither a name nor a text has one, and the database cannot keep it.
    if (path !== null) throw new Problem('invalid-input', {}, [{ path: path.join('.'), message: 'control-characters' }]);
    return result.data;
  }
  const issues = result.error.issues;
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].join('.')) : []));
  if (unknown.length > 0) throw new Problem('unknown-field', { fields: unknown.join(', ').slice(0, 200) });
  throw new Problem(
    'invalid-input',
    {},
    issues.slice(0, 50).map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  );
}

/** Where in a parsed value a string holds U+0000, or null. */
function pathOfNul(value: unknown, path: readonly string[]): readonly string[] | null {
  if (typeof value === 'string') return value.includes('\u0000') ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = pathOfNul(inner, [...path, key]);
    if (found !== null) return found;
  }
  return null;
}
