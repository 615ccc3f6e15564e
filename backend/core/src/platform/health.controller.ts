import { publicRoute, Problem } from '@cowrite/contract';
import { answers, type Pool } from '@cowrite/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Endpoint } from './endpoint.ts';
import { Keys } from './keys.ts';

/** Routes of every service, and the public key that the edges verify with. */
export const serviceRoutes = {
  health: publicRoute('GET /health', { output: z.object({ status: z.literal('ok'), service: z.literal('core') }), summary: 'Whether the process lives.', example: { status: 'ok', service: 'core' } }),
  ready: publicRoute('GET /health/ready', { output: z.object({ status: z.literal('ok'), database: z.literal('ok') }), summary: 'Whether it can serve: the database answers.', example: { status: 'ok', database: 'ok' } }),
  keys: publicRoute('GET /.well-known/jwks.json', { output: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }), summary: 'The public key that tickets are verified with (JWKS).' }),
};

/** The injection token of the connection pool. */
export const POOL = Symbol('pool');

@Controller()
export class HealthController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(Keys) private readonly keys: Keys,
  ) {}

  @Endpoint(serviceRoutes.health) async health() {
    return { status: 'ok' as const, service: 'core' as const };
  }
  @Endpoint(serviceRoutes.ready) async ready() {
    if (!(await answers(this.pool))) throw new Problem('unavailable');
    return { status: 'ok' as const, database: 'ok' as const };
  }
  @Endpoint(serviceRoutes.keys) async jwks() {
    return { keys: [{ ...this.keys.jwk }] };
  }
}
