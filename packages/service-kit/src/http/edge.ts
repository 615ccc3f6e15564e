import { Problem } from '@cowrite/contract';
import fastify, { type FastifyInstance } from 'fastify';
import { requestId } from '../ids.ts';
import type { Logger } from '../logger.ts';
import type { Registry } from '../metrics.ts';
import type { Running } from '../run-service.ts';
import { serveApiDocs } from './api-docs.ts';
import { listenOn } from './listen.ts';
import { observe } from './observe.ts';
import { type ApiDescription, openApiDocument } from './openapi.ts';
import { answerProblem } from './problem-answer.ts';
import { answerPreflight, readJson, SAFE_HEADERS, whyNothingAt } from './requests.ts';

/** A service beside core that speaks HTTP. */
export interface Edge extends Running {
  readonly instance: FastifyInstance;
}

export interface EdgeOptions {
  logger: Logger;
  registry: Registry;
  api: ApiDescription;
  /** Pages that may call. */
  origins: ReadonlySet<string>;
  hosts: readonly string[];
  port: number;
  trustedProxies: string[];
  /** Size of a JSON body. */
  bodyBytesMax: number;
  /** Headers of its own that pages may send and read. */
  headers?: Parameters<typeof answerPreflight>[3];
  /** What is put away once the doors are closed. */
  closing: () => Promise<void>;
}

/**
 * What every edge does before it has a route of its own: safe headers, other sites' pages refused, problems in the caller's
 * language, a line and figures for each request, its documentation at `/docs` and `/openapi.json`. It closes once.
 */
export function edge({ logger, registry, api, origins, hosts, port, trustedProxies, bodyBytesMax, headers, closing }: EdgeOptions): Edge {
  const instance = fastify({
    genReqId: requestId,
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    forceCloseConnections: 'idle',
    frameworkErrors: (failure, request, reply) => answerProblem(failure, request, reply, { log: logger }),
  });
  const to = observe(instance, { log: logger, registry });
  const whyNothing = whyNothingAt(Object.values(api.tables).flatMap((table) => Object.values(table)));
  instance.setErrorHandler((failure, request, reply) => answerProblem(failure, request, reply, to));
  instance.setNotFoundHandler((request, reply) => answerProblem(whyNothing(request), request, reply, to));
  instance.addHook('onRequest', async (request, reply) => {
    void reply.headers(SAFE_HEADERS).header('x-request-id', request.id).header('vary', 'Origin');
    if (answerPreflight(request, reply, origins, headers)) return reply;
    const { origin } = request.headers;
    if (origin !== undefined && !origins.has(origin)) throw new Problem('foreign-origin');
    return undefined;
  });
  readJson(instance, bodyBytesMax);
  serveApiDocs(instance, openApiDocument(api), { pagePath: '/docs', documentPath: '/openapi.json' });

  let listening: { close(): Promise<void> } | undefined;
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await listening?.close();
    await instance.close();
    await closing();
  };
  return {
    instance,
    async listen() {
      await instance.ready();
      const started = await listenOn(instance, hosts, port, logger);
      listening = started;
      return started.port;
    },
    close: () => (closed ??= close()),
  };
}
