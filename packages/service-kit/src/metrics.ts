import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Pool } from './database.ts';

export type { Registry } from 'prom-client';
export { Counter, Gauge, Histogram } from 'prom-client';

/**
 * The figures of one process, as Prometheus reads them: what Node tells of itself (memory, garbage, event-loop lag) and what
 * the service adds. Names begin with `cowrite_` and end with their unit.
 */
export function figuresOf(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, prefix: 'cowrite_' });
  return registry;
}

/** A figure that is asked for when somebody looks. One that cannot be told at the moment stays as it was. */
export function watch(registry: Registry, name: string, help: string, read: () => number | Promise<number>): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await Promise.resolve()
        .then(read)
        .catch(() => null);
      if (value !== null) gauge.set(value);
    },
  });
}

/** How many connections each pool has, and how many questions wait for one. */
export function watchPools(registry: Registry, pools: Record<string, Pool>): void {
  const ofPools = (what: string, help: string, read: (pool: Pool) => number) => {
    const gauge: Gauge<'pool'> = new Gauge({
      name: `cowrite_database_${what}`,
      help,
      labelNames: ['pool'],
      registers: [registry],
      collect: () => {
        for (const [name, pool] of Object.entries(pools)) gauge.set({ pool: name }, read(pool));
      },
    });
  };
  ofPools('connections', 'Connections to PostgreSQL.', (pool) => pool.totalCount);
  ofPools('connections_idle', 'Connections that nobody uses at the moment.', (pool) => pool.idleCount);
  ofPools('waiting', 'Questions that wait for a connection.', (pool) => pool.waitingCount);
}

/** Requests and how long they took, by route (never by address: that would hold ids), and refusals by their code. */
export class RequestFigures {
  readonly #seconds: Histogram<'method' | 'route' | 'status'>;
  readonly #problems: Counter<'code'>;

  constructor(registry: Registry) {
    this.#seconds = new Histogram({
      name: 'cowrite_http_request_seconds',
      help: 'From the arrival of a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
      registers: [registry],
    });
    this.#problems = new Counter({ name: 'cowrite_problems_total', help: 'Failed answers by their code; wrong-credentials, ticket-refused and social-refused are failed sign-ins.', labelNames: ['code'], registers: [registry] });
  }

  answered({ method, route, status, ms }: { method: string; route: string; status: number; ms: number }): void {
    this.#seconds.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, ms / 1_000);
  }

  refused(code: string): void {
    this.#problems.inc({ code });
  }
}

/** Whether a request came through a proxy: figures are for whoever watches this machine from inside, not for the world. */
export const cameThroughProxy = (headers: Record<string, string | string[] | undefined>): boolean => headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
