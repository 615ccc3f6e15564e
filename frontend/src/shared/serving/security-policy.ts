import type { StudioConfig } from '@cowrite/contract';

/**
 * The content security policy of one page: scripts and style sheets by nonce only, nothing from another server, and
 * connections to the studio's own services. `style-src-attr` is open because the server writes style attributes;
 * they cannot load anything under `default-src 'self'`.
 */
export function securityPolicyOf(nonce: string, config: StudioConfig, developing: boolean): string {
  const origins = [config.apiUrl, config.wsUrl, config.mediaUrl, config.aiUrl].filter((url) => /^(https?|wss?):\/\//.test(url)).map((url) => new URL(url).origin.replace(/^null$/, ''));
  const socket = /^(wss?:\/\/[^/]+)/.exec(config.wsUrl)?.[1];
  const pictures = /^(https?:\/\/[^/]+)/.exec(config.mediaUrl)?.[1];
  // Streams and snapshots come from there too.
  const overHttp = socket?.replace(/^ws/, 'http');
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${developing ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    `img-src ${["'self'", 'blob:', 'data:', pictures ?? ''].filter(Boolean).join(' ')}`,
    // What is heard was fetched by the page.
    "media-src 'self' blob:",
    "font-src 'self'",
    `connect-src ${[...new Set(["'self'", ...origins, socket ?? '', overHttp ?? ''])].filter(Boolean).join(' ')}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join('; ');
}
