import type { FastifyInstance } from 'fastify';
import { createServer, type Server } from 'node:http';
import type { Logger } from '../logger.ts';

/**
 * Listens on every host of the list. A host that this machine does not have (no IPv6) is left out, as long as one works.
 * @returns the port and what stops listening, letting requests on their way finish.
 */
export async function listenOn(instance: FastifyInstance, hosts: readonly string[], port: number, log: Logger): Promise<{ port: number; close(): Promise<void> }> {
  const servers: Server[] = [];
  let taken = port;
  let missing: unknown;
  for (const host of hosts) {
    const server = createServer((request, response) => instance.routing(request, response));
    server.headersTimeout = 15_000;
    server.requestTimeout = 120_000;
    server.keepAliveTimeout = 65_000;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port: taken }, resolve);
      });
    } catch (failure) {
      if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((failure as NodeJS.ErrnoException).code ?? '')) {
        await closeAll(servers);
        throw failure;
      }
      missing = failure;
      log.warn({ host }, 'this machine does not have the address');
      continue;
    }
    const bound = server.address();
    if (bound !== null && typeof bound === 'object') taken = bound.port;
    servers.push(server);
  }
  if (servers.length === 0) throw missing;
  return { port: taken, close: () => closeAll(servers) };
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          // A connection whose answer ends at this moment is idle a moment later, and would be kept for a minute.
          const looking = setInterval(() => server.closeIdleConnections(), 100);
          server.close(() => {
            clearInterval(looking);
            resolve();
          });
          server.closeIdleConnections();
        }),
    ),
  );
}
