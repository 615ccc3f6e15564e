import type { StudioConfig } from '@cowrite/contract';

type Environment = Readonly<Record<string, string | undefined>>;

const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** How a browser's request came: what it asked for as host, whether by TLS, and whether a proxy (nginx) stands between. */
export interface Came {
  host: string | null;
  secure: boolean;
  proxied: boolean;
}

/**
 * Where this studio's services are for a browser. Addresses given by the operator win. Who came through nginx finds
 * everything under the address they came by; who came to the studio's own port, on the promised ports of the same host
 * name, so that a laptop reached by any of its names answers under that name. Names with characters outside the host set fall back to localhost: the value
 * enters a header.
 */
export function studioConfigOf(environment: Environment, { host, secure, proxied }: Came): StudioConfig {
  const [, name = 'localhost', port = ''] = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d+)?$/i.exec(host ?? '') ?? [];
  const place = (ownPort: string, prefix: string) => (proxied ? `${name}${port}${prefix}` : `${name}:${ownPort}`);
  const [http, ws] = secure ? ['https', 'wss'] : ['http', 'ws'];
  const apiUrl = environment['COWRITE_API_URL'] || environment['NEXT_PUBLIC_API_URL'] || `${http}://${place(environment['CORE_PORT'] || '8100', '/api')}`;
  const wsUrl = environment['COWRITE_WS_URL'] || environment['NEXT_PUBLIC_WS_URL'] || `${ws}://${place(environment['SYNC_PORT'] || '8102', '/ws')}`;
  const mediaUrl = environment['COWRITE_MEDIA_URL'] || `${http}://${place(environment['MEDIA_PORT'] || '8103', '/media')}`;
  const aiUrl = environment['COWRITE_AI_URL'] || `${http}://${place(environment['AI_PORT'] || '8101', '/ai')}`;
  return { apiUrl: withoutSlash(apiUrl), wsUrl: withoutSlash(wsUrl), mediaUrl: withoutSlash(mediaUrl), aiUrl: withoutSlash(aiUrl) };
}

/**
 * How a request came, by its headers. nginx hands on the host as it was asked for and numbers each request; what Next adds
 * by itself (`x-forwarded-host`) says nothing of a proxy.
 */
export const cameBy = (headers: Headers): Came => ({
  host: headers.get('host'),
  secure: headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https',
  proxied: headers.has('x-request-id'),
});
