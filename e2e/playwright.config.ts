import { defineConfig } from '@playwright/test';

/** Browser stories: a real Chromium against production builds, real core, sync and PostgreSQL. */
export default defineConfig({
  testDir: './studio',
  testMatch: '**/*.story.ts',
  fullyParallel: false,
  // Each has a product of its own; a third would only wait for the two cores that a machine has at least.
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json']],
  use: {
    locale: 'ko-KR',
    timezoneId: 'Asia/Seoul',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM_PATH'],
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--use-fake-device-for-media-stream'],
    },
  },
  outputDir: '../test-results',
});
