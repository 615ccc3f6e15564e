import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Span } from '../spans.ts';
import { beginSpan, within } from '../tracing.ts';

/**
 * A span for each request that comes to `instance`, and what is done for it within that span. It goes on from what the caller
 * says of theirs (`traceparent`), and has the id that the log has. `isQuiet`: routes that would bury the others.
 */
export function followRequests(instance: FastifyInstance, isQuiet: (route: string) => boolean): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  instance.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    if (isQuiet(route)) return done();
    const { traceparent } = request.headers;
    const span = beginSpan('request', { 'http.request.method': request.method, 'http.route': route, 'cowrite.request_id': request.id }, { kind: 'server', parent: typeof traceparent === 'string' ? traceparent : null });
    if (span === null) return done();
    spans.set(request, span);
    // After the last byte, or when the caller is gone.
    reply.raw.once('close', () => {
      span.tell({ 'http.response.status_code': reply.raw.statusCode });
      span.end();
    });
    within(span, done);
  });
  // A body is heard in the name of the connection, which belongs to no request.
  instance.addHook('preValidation', (request, _reply, done) => within(spans.get(request), done));
}
