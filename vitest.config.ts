import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'e2e/{sync,launcher,air-gapped,traces}/**/*.test.ts',
      'packages/*/src/**/*.test.ts',
      'backend/*/src/**/*.test.ts',
      'frontend/src/**/*.test.{ts,tsx}',
      'scripts/**/*.test.ts',
      'kubernetes/*.test.ts',
      'nginx/**/*.test.ts',
      'bench/checker/**/*.test.ts',
      'bench/eval/**/*.test.ts',
    ],
    globalSetup: ['packages/service-kit/src/testing/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
