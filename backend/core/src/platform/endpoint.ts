import type { In, Out, Route } from '@cowrite/contract';
import { inputOf } from '@cowrite/service-kit/http';
import { createParamDecorator, type ExecutionContext, HttpCode, RequestMapping, RequestMethod } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
  /** What this browser was given to keep while it is at another house. */
  readonly errand: string | undefined;
  keepErrand(secret: string, expiresAt: Date): void;
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
