import { expect, test } from 'vitest';
import { studioConfigOf } from './studio-config.ts';

test('answers with the host name the browser used, on the promised ports', () => {
  expect(studioConfigOf({}, '127.0.0.1:3100', false)).toEqual({ apiUrl: 'http://127.0.0.1:8100', wsUrl: 'ws://127.0.0.1:8102', mediaUrl: 'http://127.0.0.1:8103' });
  expect(studioConfigOf({ CORE_PORT: '9100', SYNC_PORT: '9102', MEDIA_PORT: '9103' }, '[::1]:3100', false)).toEqual({ apiUrl: 'http://[::1]:9100', wsUrl: 'ws://[::1]:9102', mediaUrl: 'http://[::1]:9103' });
  expect(studioConfigOf({}, 'studio.example', true)).toEqual({ apiUrl: 'https://studio.example:8100', wsUrl: 'wss://studio.example:8102', mediaUrl: 'https://studio.example:8103' });
});

test('prefers the addresses the operator gave, without their trailing slash', () => {
  expect(studioConfigOf({ COWRITE_API_URL: 'https://a.example/api/', COWRITE_WS_URL: 'wss://a.example/ws', COWRITE_MEDIA_URL: 'https://a.example/media/' }, 'x', false)).toEqual({
    apiUrl: 'https://a.example/api',
    wsUrl: 'wss://a.example/ws',
    mediaUrl: 'https://a.example/media',
  });
});

test('does not let a forged host into an address', () => {
  expect(studioConfigOf({}, "evil'; script-src *", false).apiUrl).toBe('http://localhost:8100');
});
