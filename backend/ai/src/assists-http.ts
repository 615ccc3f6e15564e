import { type AssistId, assists as routes, type In, type Route } from '@cowrite/contract';
import type { AskedOnce } from '@cowrite/service-kit';
import type { Grant, Grants } from '@cowrite/service-kit/grants';
import { inputOf, localeOf, serveRoute } from '@cowrite/service-kit/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hashOf } from './asked-once.ts';
import type { Assists } from './assists.ts';
import { bearerOf, grantFor } from './callers.ts';
import type { Packets } from './packets.ts';
import { answerStream, lastEventId, wantsStream } from './stream.ts';

/** What a page sends to go on where a stream broke, and reads to know which assist it follows. */
export const STREAM_HEADERS = { sent: 'last-event-id', read: 'location' };

/** The routes of assists: who asks is admitted before anything of the request is looked at. */
export function serveAssists(instance: FastifyInstance, { assists, askedOnce, packets, grants }: { assists: Assists; askedOnce: AskedOnce<AssistId>; packets: Packets; grants: Grants }): void {
  const admitted = (request: FastifyRequest) => ({ bearer: bearerOf(request), locale: localeOf(request.headers['accept-language']) });
  /** The right of a caller in the work of an assist. Whether the assist is theirs is looked at where it is read. */
  const inWorkOf = async (bearer: string, id: AssistId): Promise<Grant> => grantFor(grants, bearer, await assists.projectOf(id));

  /** A route that may answer with a stream. */
  function serve<R extends Route>(route: R, handler: (caller: { request: FastifyRequest; reply: FastifyReply; bearer: string }, input: In<R>) => Promise<unknown>): void {
    instance.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const { bearer } = admitted(request);
        return handler({ request, reply: reply.status(route.status), bearer }, inputOf(route, request) as In<R>);
      },
    });
  }
  const stream = (request: FastifyRequest, reply: FastifyReply, grant: Grant, id: AssistId): FastifyReply =>
    answerStream(reply, (signal) => assists.follow(grant, id, { after: lastEventId(request), locale: localeOf(request.headers['accept-language']), signal }));

  serveRoute(instance, routes.packet, admitted, async ({ bearer }, asked) => packets.show(await grantFor(grants, bearer, asked.projectId), bearer, asked));
  serve(routes.ask, async ({ request, reply, bearer }, asked) => {
    const grant = await grantFor(grants, bearer, asked.projectId);
    const key = request.headers['idempotency-key'];
    const ask = () => assists.ask(grant, bearer, asked);
    const id = typeof key === 'string' ? await askedOnce.once(grant.who.userId, key, hashOf(asked), ask) : await ask();
    void reply.header('location', `assists/${id}`);
    return wantsStream(request) ? stream(request, reply, grant, id) : { id };
  });
  serve(routes.events, async ({ request, reply, bearer }, { assistId }) => {
    const grant = await inWorkOf(bearer, assistId);
    await assists.demand(grant, assistId);
    return stream(request, reply, grant, assistId);
  });
  serveRoute(instance, routes.read, admitted, async ({ bearer, locale }, { assistId }) => assists.read(await inWorkOf(bearer, assistId), assistId, locale));
  serveRoute(instance, routes.cancel, admitted, async ({ bearer, locale }, { assistId }) => assists.cancel(await inWorkOf(bearer, assistId), assistId, locale));
  serveRoute(instance, routes.decide, admitted, async ({ bearer, locale }, decided) => assists.decide(await inWorkOf(bearer, decided.assistId), decided, locale));
  serveRoute(instance, routes.ledger, admitted, async ({ bearer }, asked) => assists.ledger(await grantFor(grants, bearer, asked.projectId), asked));
  serveRoute(instance, routes.allowance, admitted, async ({ bearer }, { projectId }) => assists.allowance(await grantFor(grants, bearer, projectId), projectId));
}
