import { Problem, ProjectId, type Route, routes } from '@cowrite/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CoreConfig } from '../config.ts';
import type { Identities } from '../accounts/identities.ts';
import type { Database } from './database.ts';
import type { Admitted, RequestContext } from './endpoint.ts';
import { mint, type SignedIn, type Visitor } from './grants.ts';
import type { Idempotency } from './idempotency.ts';
import { localeOf } from '@cowrite/service-kit/http';
import type { SessionCookies } from './cookies.ts';
import type { Rate } from './rates.ts';

/** Public routes that act by a cookie: a foreign page must not be able to call them either. */
const { accounts, assistGrants, social } = routes;
const BY_COOKIE: ReadonlySet<Route> = new Set<Route>([accounts.refresh, accounts.logout, social.begin, social.finish, social.prove, social.claim]);
/** What the AI service shows in somebody's name, and where: their ticket for a mandate, the mandate for a brief and for what passages mean. */
const IN_SOMEBODYS_NAME = new Map<Route, 'assist-ticket' | 'mandate'>([
  [assistGrants.mandate, 'assist-ticket'],
  [assistGrants.brief, 'mandate'],
  [assistGrants.unread, 'mandate'],
  [assistGrants.keepMeanings, 'mandate'],
]);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who may call what. Runs before a body is read, so that a stranger cannot make us swallow fifty megabytes; what it
 * decides is the only `access` a handler can get.
 */
export class Guard {
  constructor(
    private readonly db: Database,
    private readonly identities: Identities,
    private readonly idempotency: Idempotency,
    private readonly cookies: SessionCookies,
    private readonly config: Pick<CoreConfig, 'allowedOrigins'>,
    private readonly requests: Rate,
  ) {}

  /** Admits a request to its route. @throws Problem when it may not. */
  async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const route = request.routeOptions.config.route;
    if (route === undefined) return;
    this.#refuseForeign(request, route);
    const access = await this.#accessTo(route, request);
    const key = request.headers['idempotency-key'];
    request.admitted = {
      access,
      context: this.#contextOf(request, reply),
      once: (declared, input, run) => (typeof key === 'string' && 'userId' in access ? this.idempotency.once(access, key, declared, input, request.url, run) : run()),
    } satisfies Admitted;
  }

  /** A change made by cookie must come from one of our own pages, made by one of our own scripts. */
  #refuseForeign(request: FastifyRequest, route: Route): void {
    if (SAFE.has(request.method) || request.headers.authorization !== undefined) return;
    const { origin } = request.headers;
    if (origin === undefined) {
      // A browser that leaves the Origin out still says where a request comes from.
      const site = request.headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new Problem('foreign-origin');
      return;
    }
    if (!this.config.allowedOrigins.has(origin)) throw new Problem('foreign-origin');
    if ((route.access.kind !== 'public' || BY_COOKIE.has(route)) && request.headers['x-requested-with'] === undefined) throw new Problem('foreign-origin');
  }

  async #accessTo(route: Route, request: FastifyRequest): Promise<Visitor | SignedIn> {
    const { access } = route;
    if (access.kind === 'public') return { kind: 'visitor' };
    const who = await this.#whoAsks(route, request);
    await this.requests.take(who.userId);
    if (access.kind === 'account') return who;
    const projectId = ProjectId.safeParse((request.params as { projectId?: unknown }).projectId);
    if (!projectId.success) throw new Problem('not-found');
    const standing = await this.db
      .selectFrom('core.member as m')
      .innerJoin('core.project as p', 'p.id', 'm.project_id')
      .select(['m.role', 'p.state'])
      .where('m.project_id', '=', projectId.data)
      .where('m.user_id', '=', who.userId)
      .executeTakeFirst();
    // Someone who has no business here must not learn that there is something.
    if (standing === undefined) throw new Problem('not-found');
    const granted = mint(access.needs, who, projectId.data, standing.role);
    if (granted === null) throw new Problem('forbidden');
    if (standing.state === 'trashed' && access.needs !== 'project.read' && access.needs !== 'story.read' && access.needs !== 'project.manage') throw new Problem('in-trash');
    return granted;
  }

  async #whoAsks(route: Route, request: FastifyRequest): Promise<SignedIn> {
    const purpose = IN_SOMEBODYS_NAME.get(route);
    const shown = purpose === undefined ? undefined : /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (purpose === undefined || shown === undefined) return this.identities.identify(request.headers.authorization, this.cookies.read(request.headers.cookie).access);
    const { projectId, ...who } = await this.identities.behind(purpose, shown);
    if (projectId !== (request.params as { projectId?: string }).projectId?.toLowerCase()) throw new Problem('not-found');
    return who;
  }

  #contextOf(request: FastifyRequest, reply: FastifyReply): RequestContext {
    return {
      requestId: String(request.id),
      address: request.ip,
      userAgent: (request.headers['user-agent'] ?? '').replace(/[\u0000-\u001f\u007f]/g, '').slice(0, 300),
      locale: localeOf(request.headers['accept-language']),
      refreshToken: this.cookies.read(request.headers.cookie).refresh,
      signIn: (tokens) => void reply.header('set-cookie', this.cookies.set(tokens)),
      errand: this.cookies.read(request.headers.cookie).errand,
      keepErrand: (secret, expiresAt) => void reply.header('set-cookie', this.cookies.errand(secret, expiresAt)),
      signOut: () => void reply.header('set-cookie', this.cookies.clear()),
    };
  }
}
