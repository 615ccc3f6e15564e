import { type In, type Out, Problem, type Route } from '@cowrite/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';

/**
 * Makes `handler` answer a route of the contract in a plain Fastify. `admit` comes first and says who asks, or throws: a
 * stranger learns nothing, not even what a request should look like.
 */
export function serveRoute<R extends Route, Caller>(instance: FastifyInstance, route: R, admit: (request: FastifyRequest) => Caller | Promise<Caller>, handler: (caller: Caller, input: In<R>) => Out<R> | Promise<Out<R>>): void {
  instance.route({
    method: route.method,
    url: route.path,
    handler: async (request, reply) => {
      const caller = await admit(request);
      void reply.status(route.status);
      return handler(caller, inputOf(route, request) as In<R>);
    },
  });
}

/**
 * The parsed input of a request.
 * @throws Problem `not-found` for a path that names nothing, `unknown-field` for what does not belong in the body,
 * `invalid-input` with every complaint otherwise, `malformed-request` for a body where an object is needed.
 */
export function inputOf(route: Route, request: Pick<FastifyRequest, 'params' | 'query' | 'body'>): unknown {
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
