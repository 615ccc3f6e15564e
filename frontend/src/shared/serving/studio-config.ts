import type { StudioConfig } from '@cowrite/contract';

type Environment = Readonly<Record<string, string | undefined>>;

const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/**
 * Where this studio's services are for a browser that came by `host` (the request's Host header) and `secure` or not.
 * Addresses given by the operator win; else the same host name on the promised ports, so that a laptop reached by any
 * of its names answers under that name. Names with characters outside the host set fall back to localhost: the value
 * enters a header.
 */
export function studioConfigOf(environment: Environment, host: string | null, secure: boolean): StudioConfig {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d+)?$/i.exec(host ?? '')?.[1] ?? 'localhost';
  const apiUrl = environment['COWRITE_API_URL'] || `${secure ? 'https' : 'http'}://${name}:${environment['CORE_PORT'] || '8100'}`;
  const wsUrl = environment['COWRITE_WS_URL'] || `${secure ? 'wss' : 'ws'}://${name}:${environment['SYNC_PORT'] || '8102'}`;
  const mediaUrl = environment['COWRITE_MEDIA_URL'] || `${secure ? 'https' : 'http'}://${name}:${environment['MEDIA_PORT'] || '8103'}`;
  return { apiUrl: withoutSlash(apiUrl), wsUrl: withoutSlash(wsUrl), mediaUrl: withoutSlash(mediaUrl) };
}

/** Whether the browser's own connection was TLS, as the nearest proxy says. */
export const isSecure = (forwardedProto: string | null): boolean => forwardedProto?.split(',')[0]?.trim() === 'https';
