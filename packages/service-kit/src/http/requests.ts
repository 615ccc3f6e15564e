import { Problem, type Route } from '@cowrite/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What an answer may be used for: nothing but what asked for it. The documentation pages set a policy of their own. */
export const SAFE_HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-site',
  'cache-control': 'no-store',
};

/** Why there is nothing at a request's address: nothing at all, or another method would have something. */
export function whyNothingAt(routes: readonly Route[]): (request: FastifyRequest) => Problem {
  const paths = routes.map((route) => ({ method: route.method, pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`) }));
  return (request) => {
    const path = request.url.split('?')[0]!;
    const allow = [...new Set(paths.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
    return allow.length === 0 ? new Problem('not-found') : new Problem('method-not-allowed', { allow: allow.join(', ') });
  };
}

/** Says which pages may read answers; answers a preflight and returns true for one. `further`: headers that a service's own wire has. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply, allowed: ReadonlySet<string>, further?: { sent: string; read: string }): boolean {
  const and = (headers: string | undefined): string => (headers === undefined ? '' : `, ${headers}`);
  const { origin } = request.headers;
  const preflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  if (origin !== undefined && allowed.has(origin)) {
    void reply.headers({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': `etag, retry-after, x-request-id${and(further?.read)}` });
    if (preflight)
      void reply.headers({
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': `authorization, content-type, idempotency-key, if-none-match, x-requested-with, x-request-id${and(further?.sent)}`,
        'access-control-max-age': '600',
      });
  }
  if (preflight) void reply.status(204).send();
  return preflight;
}

/** Bodies of `application/json` are read, up to `bytesMax`, and no others. */
export function readJson(instance: FastifyInstance, bytesMax: number): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: bytesMax }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(body as string));
    } catch {
      done(new Problem('malformed-request'));
    }
  });
}
