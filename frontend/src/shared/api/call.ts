import { type Out, Problem, ProblemBody, type ProblemCode, type Route, routes, StudioConfig } from '@cowrite/contract';
import { type Given, prepare } from './request.ts';

let config: Promise<StudioConfig> | undefined;

/** Where the services are, asked of the studio's own address once. A failed asking is asked again by the next caller. */
export function studioConfig(): Promise<StudioConfig> {
  config ??= fetch('/config')
    .then(async (response) => StudioConfig.parse(await response.json()))
    .catch((failure: unknown) => {
      config = undefined;
      throw failure;
    });
  return config;
}

let refreshing: Promise<boolean> | undefined;

/** Renews the sign-in; one exchange at a time, because a second use of a rotated token would end it. */
function refresh(apiUrl: string): Promise<boolean> {
  refreshing ??= exchange(apiUrl).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

// Other tabs hold the same cookie, so the exchange is also one at a time across tabs where the browser can do that.
async function exchange(apiUrl: string): Promise<boolean> {
  const once = async () => {
    const response = await fetch(apiUrl + routes.accounts.refresh.path, { method: 'POST', credentials: 'include', headers: { 'x-requested-with': 'cowrite' } });
    return response.ok;
  };
  return 'locks' in navigator ? await navigator.locks.request('cowrite-refresh', once) : await once();
}

const RENEWABLE: ReadonlySet<ProblemCode> = new Set(['sign-in-expired', 'signed-out']);

/**
 * Calls a route of core. Answers what the route describes, parsed. Throws the `Problem` core answered with, or a
 * TypeError when there is no network. A sign-in that has run out is renewed once and the call repeated.
 */
export async function call<R extends Route>(route: R, given: Given<R>, options: { signal?: AbortSignal; language?: string } = {}): Promise<Out<R>> {
  const { apiUrl } = await studioConfig();
  const request = prepare(route, given as Record<string, unknown>);
  const send = () =>
    fetch(apiUrl + request.path, {
      method: request.method,
      credentials: 'include',
      headers: { 'x-requested-with': 'cowrite', ...(request.contentType ? { 'content-type': request.contentType } : {}), ...(options.language ? { 'accept-language': options.language } : {}) },
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  let response = await send();
  if (response.status === 401 && route.access.kind !== 'public') {
    const problem = await problemOf(response);
    if (!RENEWABLE.has(problem.code) || !(await refresh(apiUrl))) throw problem;
    response = await send();
  }
  if (!response.ok) throw await problemOf(response);
  if (route.output === undefined) {
    // Read to its end: an answer that nobody reads is cancelled by the browser and looks like a failure.
    await response.text();
    return undefined as Out<R>;
  }
  if (typeof route.output === 'string') return (await response.text()) as Out<R>;
  return route.output.parse(await response.json()) as Out<R>;
}

/** What a service that did not do as asked says about it. */
export async function problemOf(response: Response): Promise<Problem> {
  const body = ProblemBody.safeParse(await response.json().catch(() => undefined));
  // Something between us and core answered (a proxy's own page): its status still says whether waiting may help.
  if (!body.success) return new Problem(response.status >= 502 && response.status <= 504 ? 'unavailable' : 'internal-error');
  return new Problem(body.data.code, body.data.details, body.data.errors);
}

/** Whether a failure says that the network or the server is away, so that waiting and trying again makes sense. */
export const isAway = (failure: unknown): boolean => failure instanceof TypeError || (failure instanceof Problem && failure.code === 'unavailable');
