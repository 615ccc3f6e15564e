import { type Logger as PinoLogger, destination, pino, stdTimeFunctions } from 'pino';

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
      redact: { paths: ['password', '*.password', 'token', '*.token', 'ticket', '*.ticket', 'authorization', '*.authorization', 'cookie', '*.cookie'], censor: '[redacted]' },
    },
    destination({ fd: 1, sync: false }),
  );
}
