import { Problem } from '@cowrite/contract';
import { answerPreflight, readJson, SAFE_HEADERS } from '@cowrite/service-kit/http';
import type { FastifyInstance } from 'fastify';
import type { CoreConfig } from '../config.ts';
import { requestInHand } from './database.ts';
import type { Guard } from './guard.ts';

/** What happens to every request before its handler: headers, CORS, the guard, and the reading of its body. */
export function prepare(instance: FastifyInstance, { guard, config }: { guard: Guard; config: Pick<CoreConfig, 'allowedOrigins' | 'secureCookies' | 'limits'> }): void {
  instance.addHook('onRequest', async (request, reply) => {
    requestInHand.enterWith(String(request.id));
    void reply.headers(SAFE_HEADERS).header('x-request-id', request.id).header('vary', 'Origin');
    if (config.secureCookies) void reply.header('strict-transport-security', 'max-age=31536000');
    if (answerPreflight(request, reply, config.allowedOrigins)) return reply;
    return undefined;
  });
  instance.addHook('onRequest', (request, reply) => guard.admit(request, reply));

  readJson(instance, config.limits.bodyBytesMax);
  // What is said of a request that is too large is the limit of its own route. A hook, since Nest makes the routes.
  instance.addHook('onRoute', (route) => {
    if (route.config?.route?.body === 'bytes') route.bodyLimit = config.limits.importBytesMax;
  });
  instance.addContentTypeParser('application/octet-stream', { parseAs: 'buffer', bodyLimit: config.limits.importBytesMax }, (request, body, done) => {
    // Bytes are for the routes that ask for them; elsewhere the smaller limit of JSON must not be got around.
    if (request.routeOptions.config.route?.body === 'bytes') done(null, body);
    else done(new Problem('unsupported-type', { expected: 'application/json' }));
  });
}
