import { Problem, type Route } from '@cowrite/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createServer, type Server } from 'node:http';
import type { Logger } from '@cowrite/service-kit';
import type { CoreConfig } from '../config.ts';
import type { Guard } from './guard.ts';
import { newUuid } from './ids.ts';
import { systemClock } from './clock.ts';

/** What an answer may be used for: nothing but what asked for it. The documentation pages set a policy of their own. */
const HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-site',
  'cache-control': 'no-store',
};

/** A request's id: the caller's when it is a harmless word (nginx sets one), ours otherwise. */
export function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : newUuid(systemClock);
}

/** What happens to every request before its handler: headers, CORS, the guard, and the reading of its body. */
export function prepare(instance: FastifyInstance, { guard, config }: { guard: Guard; config: Pick<CoreConfig, 'allowedOrigins' | 'secureCookies' | 'limits'> }): void {
  instance.addHook('onRequest', async (request, reply) => {
    void reply.headers(HEADERS).header('x-request-id', request.id).header('vary', 'Origin');
    if (config.secureCookies) void reply.header('strict-transport-security', 'max-age=31536000');
    if (answerPreflight(request, reply, config.allowedOrigins)) return reply;
    return undefined;
  });
  instance.addHook('onRequest', (request, reply) => guard.admit(request, reply));

  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: config.limits.bodyBytesMax }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(body as string));
    } catch {
      done(new Problem('malformed-request'));
    }
  });
  instance.addContentTypeParser('application/octet-stream', { parseAs: 'buffer', bodyLimit: config.limits.importBytesMax }, (request, body, done) => {
    // Bytes are for the routes that ask for them; elsewhere the smaller limit of JSON must not be got around.
    if (request.routeOptions.config.route?.body === 'bytes') done(null, body);
    else done(new Problem('unsupported-type', { expected: 'application/json' }));
  });
}

/** Why there is nothing at a request's address: nothing at all, or another method would have something. */
export function whyNothingAt(routes: readonly Route[]): (request: FastifyRequest) => Problem {
  const paths = routes.map((route) => ({ method: route.method, pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`) }));
  return (request) => {
    const path = request.url.split('?')[0]!;
    const allow = [...new Set(paths.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
    return allow.length === 0 ? new Problem('not-found') : new Problem('method-not-allowed', { allow: allow.join(', ') });
  };
}

/** Says which pages may read answers; answers a preflight and returns true for one. */
function answerPreflight(request: FastifyRequest, reply: FastifyReply, allowed: ReadonlySet<string>): boolean {
  const { origin } = request.headers;
  const preflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  if (origin !== undefined && allowed.has(origin)) {
    void reply.headers({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'etag, retry-after, x-request-id' });
    if (preflight)
      void reply.headers({
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'authorization, content-type, idempotency-key, if-none-match, x-requested-with, x-request-id',
        'access-control-max-age': '600',
      });
  }
  if (preflight) void reply.status(204).send();
  return preflight;
}

/**
 * Listens on every host of the list. A host that this machine does not have (no IPv6) is left out, as long as one works.
 * @returns the port and what stops listening, letting requests on their way finish.
 */
export async function listenOn(instance: FastifyInstance, hosts: readonly string[], port: number, log: Logger): Promise<{ port: number; close(): Promise<void> }> {
  const servers: Server[] = [];
  let taken = port;
  let missing: unknown;
  for (const host of hosts) {
    const server = createServer((request, response) => instance.routing(request, response));
    server.headersTimeout = 15_000;
    server.requestTimeout = 120_000;
    server.keepAliveTimeout = 65_000;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port: taken }, resolve);
      });
    } catch (failure) {
      if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((failure as NodeJS.ErrnoException).code ?? '')) {
        await closeAll(servers);
        throw failure;
      }
      missing = failure;
      log.warn({ host }, 'this machine does not have the address');
      continue;
    }
    const bound = server.address();
    if (bound !== null && typeof bound === 'object') taken = bound.port;
    servers.push(server);
  }
  if (servers.length === 0) throw missing;
  return { port: taken, close: () => closeAll(servers) };
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections();
        }),
    ),
  );
}
