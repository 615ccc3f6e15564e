const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Whether an address names this machine; only there may the studio be served without TLS. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.includes(hostname) || hostname === '::1';

/** The exact origins that browsers may call from: the studio's (on this machine, every spelling of it on its port) and the listed ones. */
export function allowedOrigins(studio: URL, further: readonly string[]): ReadonlySet<string> {
  const port = studio.port === '' ? '' : `:${studio.port}`;
  const spellings = isLoopback(studio.hostname) ? LOOPBACK.map((host) => `${studio.protocol}//${host}${port}`) : [studio.origin];
  return new Set([...spellings, ...further]);
}
