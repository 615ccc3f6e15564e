import { assists, Problem, type Provider } from '@cowrite/contract';
import { answers, connect, figuresOf, type Logger, watchPools } from '@cowrite/service-kit';
import { type Grant, Grants, keysOf, Refused } from '@cowrite/service-kit/grants';
import { type Edge, edge, serveRoute } from '@cowrite/service-kit/http';
import type { FastifyRequest } from 'fastify';
import type { JWTVerifyGetKey } from 'jose';
import { aiApi } from './api.ts';
import type { AiConfig } from './config.ts';

const FORGET_SPENT_EVERY_MS = 600_000;

/** Puts the service together: the one place that knows every part. `keys`: core's, when a test has them at hand. */
export function createAi({ config, logger, keys }: { config: AiConfig; logger: Logger; keys?: JWTVerifyGetKey }): Edge {
  const pool = connect(config.DATABASE_URL, { name: 'cowrite-ai' });
  const grants = new Grants(pool, keys ?? keysOf(config.CORE_URL), { audience: 'cowrite-ai', spent: 'ai.spent_ticket' });
  const registry = figuresOf('ai');
  watchPools(registry, { main: pool });
  const service = edge({
    logger,
    registry,
    api: aiApi,
    origins: config.origins,
    hosts: config.HOST,
    port: config.PORT,
    trustedProxies: config.COWRITE_TRUSTED_PROXIES,
    bodyBytesMax: config.COWRITE_BODY_BYTES_MAX,
    async closing() {
      clearInterval(forgetting);
      await pool.end();
    },
  });
  const { instance } = service;

  const providers: Provider[] = [...(config.OPENAI_API_KEY ? ['openai' as const] : []), ...(config.ANTHROPIC_API_KEY ? ['anthropic' as const] : [])];
  const anyone = (): null => null;
  serveRoute(instance, assists.health, anyone, () => ({ status: 'ok' as const, service: 'ai' as const }));
  serveRoute(instance, assists.ready, anyone, async () => {
    if (!(await answers(pool))) throw new Problem('unavailable');
    return { status: 'ok' as const, database: 'ok' as const };
  });
  serveRoute(instance, assists.providers, bearerOf, async (bearer, { projectId }) => {
    await grantFor(grants, bearer, projectId);
    return { providers };
  });

  const forgetting = setInterval(() => void grants.forgetSpent().catch((failure: unknown) => logger.warn({ err: failure }, 'spent tickets could not be forgotten')), FORGET_SPENT_EVERY_MS).unref();
  return service;
}

/** What a caller showed. @throws Problem `signed-out` */
function bearerOf(request: FastifyRequest): string {
  const bearer = /^Bearer ([\w.-]{1,4096})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw new Problem('signed-out');
  return bearer;
}

/**
 * The right that a ticket, once, or a personal token gives in a project.
 * @throws Problem `ticket-refused`, `signed-out`, or `not-found` for a project in which the caller has no part.
 */
async function grantFor(grants: Grants, bearer: string, projectId: string): Promise<Grant> {
  try {
    const grant = bearer.startsWith('cwp_') ? await grants.byTokenIn(bearer, projectId) : await grants.byTicket(bearer);
    if (grant.projectId !== projectId) throw new Problem('not-found');
    return grant;
  } catch (failure) {
    if (!(failure instanceof Refused)) throw failure;
    throw new Problem(failure.why === 'hidden' ? 'not-found' : failure.why === 'spent' ? 'ticket-refused' : 'signed-out');
  }
}
