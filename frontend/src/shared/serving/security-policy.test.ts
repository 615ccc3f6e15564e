import { expect, test } from 'vitest';
import { securityPolicyOf } from './security-policy.ts';

test('lets the page talk to its own services and to nobody else', () => {
  const policy = securityPolicyOf('abc', { apiUrl: 'http://127.0.0.1:8100', wsUrl: 'ws://127.0.0.1:8102', mediaUrl: 'http://127.0.0.1:8103', aiUrl: 'http://127.0.0.1:8101' }, false);
  expect(policy).toContain("connect-src 'self' http://127.0.0.1:8100 ws://127.0.0.1:8102 http://127.0.0.1:8103 http://127.0.0.1:8101 http://127.0.0.1:8102;");
  expect(policy).toContain("media-src 'self' blob:;");
  expect(policy).toContain("img-src 'self' blob: data: http://127.0.0.1:8103;");
  expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic';");
  expect(policy).not.toContain('unsafe-eval');
  expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
});

test('needs no further origin when the services stand behind the same address', () => {
  expect(securityPolicyOf('n', { apiUrl: 'https://a.example/api', wsUrl: 'wss://a.example/ws', mediaUrl: 'https://a.example/media', aiUrl: 'https://a.example/ai' }, false)).toContain("connect-src 'self' https://a.example wss://a.example;");
});
