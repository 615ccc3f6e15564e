import type { Call, Route } from '@cowrite/contract';

/** What a client of `R` gives: the route's own input, and the project for routes inside one. */
export type Given<R extends Route> = Call<R> & (R['access'] extends { kind: 'project' } ? { projectId: string } : unknown);

export interface PreparedRequest {
  method: string;
  path: string;
  body: BodyInit | undefined;
  contentType: string | undefined;
}

/**
 * Lays the one object a caller gives into path, query and body as `route` describes. Every `:name` of the path must be
 * given; names of the query schema go there; the rest is the JSON body.
 */
export function prepare(route: Route, given: Record<string, unknown>): PreparedRequest {
  const rest = { ...given };
  let path = route.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest[name];
    if (typeof value !== 'string') throw new TypeError(`${route.method} ${route.path} needs ${name}`);
    delete rest[name];
    return encodeURIComponent(value);
  });
  if (route.query && 'shape' in route.query) {
    const query = new URLSearchParams();
    for (const name of Object.keys(route.query.shape as object)) {
      if (rest[name] !== undefined) query.set(name, String(rest[name]));
      delete rest[name];
    }
    if (query.size > 0) path += `?${query}`;
  }
  if (route.body === 'bytes') return { method: route.method, path, body: rest['bytes'] as Uint8Array<ArrayBuffer>, contentType: 'application/octet-stream' };
  if (route.body) return { method: route.method, path, body: JSON.stringify(rest), contentType: 'application/json' };
  return { method: route.method, path, body: undefined, contentType: undefined };
}
