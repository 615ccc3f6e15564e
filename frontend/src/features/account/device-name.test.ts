import { expect, test } from 'vitest';
import { deviceName } from './device-name.ts';

test('calls a device by its browser and system', () => {
  expect(deviceName('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36')).toBe('Chrome · Windows');
  expect(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1')).toBe('Safari · iPhone');
  expect(deviceName('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Whale/4.1 Safari/537.36')).toBe('Whale · Windows');
  expect(deviceName('curl/8.9')).toBe('curl/8.9');
});
