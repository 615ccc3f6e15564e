import type { z } from 'zod';
import type { Ability } from './roles.ts';

/**
 * The only description of an HTTP route. From it come the guard's decision, the parsing of the request, the OpenAPI
 * document and the studio's typed client; nothing else may know a path.
 */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call: anyone; anyone signed in; or a member of the project in the path whose role includes `needs`. */
export type Access = { kind: 'public' } | { kind: 'account' } | { kind: 'project'; needs: Ability };

type Schema = z.ZodType;

export interface Route<
  Params extends Schema | undefined = Schema | undefined,
  Query extends Schema | undefined = Schema | undefined,
  Body extends Schema | 'bytes' | undefined = Schema | 'bytes' | undefined,
  Output extends Schema | 'text' | 'sound' | undefined = Schema | 'text' | 'sound' | undefined,
  A extends Access = Access,
> {
  readonly method: Method;
  /** With `:name` places, e.g. `/projects/:projectId/outline`. */
  readonly path: string;
  readonly access: A;
  readonly status: number;
  readonly params: Params;
  readonly query: Query;
  /** A zod schema of the JSON body, or `bytes` for a raw body of `application/octet-stream`. */
  readonly body: Body;
  /** A zod schema of the JSON answer, or `text` for text/plain, `sound` for audio of the kind that its type says, or undefined for no content. */
  readonly output: Output;
  /** One line for the API documentation. */
  readonly summary: string;
  /** An example answer for the API documentation. */
  readonly example?: unknown;
}

type Parts<P, Q, B, O> = { params?: P; query?: Q; body?: B; output?: O; status?: number; summary: string; example?: unknown };

function describe(access: Access, line: string, parts: Parts<unknown, unknown, unknown, unknown>) {
  const [method, path] = line.split(' ') as [Method, string];
  const status = parts.status ?? (parts.output === undefined ? 204 : 200);
  return { method, path, access, status, params: parts.params, query: parts.query, body: parts.body, output: parts.output, summary: parts.summary, example: parts.example };
}

type Optional<T> = T extends undefined ? undefined : T;

const maker =
  <A extends Access>(access: A) =>
  <P extends Schema | undefined = undefined, Q extends Schema | undefined = undefined, B extends Schema | 'bytes' | undefined = undefined, O extends Schema | 'text' | 'sound' | undefined = undefined>(
    line: `${Method} /${string}`,
    parts: Parts<P, Q, B, O>,
  ): Route<Optional<P>, Optional<Q>, Optional<B>, Optional<O>, A> =>
    describe(access, line, parts) as unknown as Route<Optional<P>, Optional<Q>, Optional<B>, Optional<O>, A>;

/** A route anyone may call. */
export const publicRoute = maker({ kind: 'public' });
/** A route for anyone signed in. */
export const accountRoute = maker({ kind: 'account' });
/** A route inside a project; `needs` is the ability that the caller's role must include. No grant answers 404, too small a role 403. */
export const projectRoute = <
  N extends Ability,
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | 'bytes' | undefined = undefined,
  O extends Schema | 'text' | 'sound' | undefined = undefined,
>(
  line: `${Method} /projects/:projectId${string}`,
  { needs, ...parts }: Parts<P, Q, B, O> & { needs: N },
) => maker<{ kind: 'project'; needs: N }>({ kind: 'project', needs })(line, parts);

type Parsed<S> = S extends Schema ? z.output<S> : S extends 'bytes' ? { bytes: Uint8Array } : unknown;
type Sent<S> = S extends Schema ? z.input<S> : S extends 'bytes' ? { bytes: Uint8Array } : unknown;

/** What a use case receives: params, query and body of `R`, parsed and laid in one object. */
export type In<R extends Route> = Parsed<R['params']> & Parsed<R['query']> & Parsed<R['body']>;
/** What a client sends: the same before parsing. */
export type Call<R extends Route> = Sent<R['params']> & Sent<R['query']> & Sent<R['body']>;
/** What a route answers. */
export type Out<R extends Route> = R['output'] extends Schema ? z.output<R['output']> : R['output'] extends 'text' ? string : R['output'] extends 'sound' ? Uint8Array : void;
