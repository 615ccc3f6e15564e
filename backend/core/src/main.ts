import { connect, runService } from '@cowrite/service-kit';
import { createCore } from './app.ts';
import { CoreEnvironment } from './config.ts';
import { systemClock } from './platform/clock.ts';

await runService({
  service: 'core',
  env: process.env,
  schema: CoreEnvironment,
  logLevel: (config) => config.logLevel,
  tracing: (config) => config.tracing,
  async create(config, logger) {
    const pool = connect(config.databaseUrl, { name: 'cowrite-core', connectionsMax: config.databaseConnectionsMax });
    const core = await createCore({ config, pool, clock: systemClock, logger });
    return {
      listen: async () => (await core.listen()).port,
      async close() {
        await core.close();
        await pool.end();
      },
    };
  },
  // A request that never ends must not keep the process: the launcher waits ten seconds for everyone.
  stopsWithinMs: 8_000,
});
