import { type Logger as PinoLogger, destination, pino, stdSerializers, stdTimeFunctions } from 'pino';

export type Logger = PinoLogger;

/**
 * The one writer to stdout: JSON lines in UTC. Callers log what happened and ids, never manuscript text, passwords,
 * tickets or tokens; the paths below are the second wall.
 */
export function createLogger({ service, level = 'info' }: { service: string; level?: string }): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      // The database quotes the row that it refused in its own words: a sentence of somebody's, a name, an address.
      serializers: { err: (failure: unknown) => (failure instanceof Error ? { ...stdSerializers.err(failure), detail: undefined, where: undefined } : failure) },
      redact: { paths: ['password', '*.password', 'token', '*.token', 'ticket', '*.ticket', 'authorization', '*.authorization', 'cookie', '*.cookie'], censor: '[redacted]' },
    },
    destination({ fd: 1, sync: false }),
  );
}
