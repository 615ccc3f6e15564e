import { expect, test } from 'vitest';
import { cameBy, studioConfigOf } from './studio-config.ts';

const direct = (host: string, secure = false) => ({ host, secure, proxied: false });

test('answers with the host name the browser used, on the promised ports', () => {
  expect(studioConfigOf({}, direct('127.0.0.1:3100'))).toEqual({ apiUrl: 'http://127.0.0.1:8100', wsUrl: 'ws://127.0.0.1:8102', mediaUrl: 'http://127.0.0.1:8103', aiUrl: 'http://127.0.0.1:8101' });
  expect(studioConfigOf({ CORE_PORT: '9100', SYNC_PORT: '9102', MEDIA_PORT: '9103', AI_PORT: '9101' }, direct('[::1]:3100'))).toEqual({
    apiUrl: 'http://[::1]:9100',
    wsUrl: 'ws://[::1]:9102',
    mediaUrl: 'http://[::1]:9103',
    aiUrl: 'http://[::1]:9101',
  });
  expect(studioConfigOf({}, direct('studio.example', true))).toEqual({ apiUrl: 'https://studio.example:8100', wsUrl: 'wss://studio.example:8102', mediaUrl: 'https://studio.example:8103', aiUrl: 'https://studio.example:8101' });
});

test('who came through nginx finds everything under the address they came by', () => {
  const came = cameBy(new Headers({ host: 'studio.example:8443', 'x-forwarded-proto': 'https', 'x-request-id': '3f2a9c' }));
  expect(studioConfigOf({ CORE_PORT: '9100' }, came)).toEqual({ apiUrl: 'https://studio.example:8443/api', wsUrl: 'wss://studio.example:8443/ws', mediaUrl: 'https://studio.example:8443/media', aiUrl: 'https://studio.example:8443/ai' });
  // Next says a forwarded host of its own making, proxy or none.
  expect(cameBy(new Headers({ host: 'localhost:3100', 'x-forwarded-host': 'localhost:3100', 'x-forwarded-proto': 'http' })).proxied).toBe(false);
});

test('prefers the addresses the operator gave, without their trailing slash', () => {
  expect(studioConfigOf({ COWRITE_API_URL: 'https://a.example/api/', COWRITE_WS_URL: 'wss://a.example/ws', COWRITE_MEDIA_URL: 'https://a.example/media/', COWRITE_AI_URL: 'https://a.example/ai/' }, direct('x'))).toEqual({
    apiUrl: 'https://a.example/api',
    wsUrl: 'wss://a.example/ws',
    mediaUrl: 'https://a.example/media',
    aiUrl: 'https://a.example/ai',
  });
});

test('does not let a forged host into an address', () => {
  expect(studioConfigOf({}, direct("evil'; script-src *")).apiUrl).toBe('http://localhost:8100');
});
