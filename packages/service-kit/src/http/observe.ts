import { Problem, type ProblemCode } from '@cowrite/contract';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../logger.ts';
import { cameThroughProxy, type Registry, RequestFigures } from '../metrics.ts';
import { isTracing } from '../tracing.ts';
import { followRequests } from './follow.ts';
import { answerProblem } from './problem-answer.ts';

/** What is looked at every few seconds by machines, and would bury what people do. */
const QUIET = new Set(['/health', '/health/ready', '/metrics']);

/**
 * A line in the log for each request, with its id and never its address or body, its figures, and a span where there are spans;
 * `/metrics` for those inside.
 * @returns where `answerProblem` writes and counts.
 */
export function observe(instance: FastifyInstance, { log, registry }: { log: Logger; registry: Registry }): { log: Logger; refused(code: ProblemCode): void } {
  if (isTracing()) followRequests(instance, (route) => QUIET.has(route));
  const figures = new RequestFigures(registry);
  const to = { log, refused: (code: ProblemCode) => figures.refused(code) };
  instance.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const about = { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    if (QUIET.has(route)) return;
    figures.answered(about);
    log.info({ requestId: request.id, ...about }, 'request');
  });
  instance.route({
    method: 'GET',
    url: '/metrics',
    handler: async (request, reply) => {
      if (cameThroughProxy(request.headers)) {
        answerProblem(new Problem('not-found'), request, reply, to);
        return reply;
      }
      return reply.header('content-type', registry.contentType).send(await registry.metrics());
    },
  });
  return to;
}
