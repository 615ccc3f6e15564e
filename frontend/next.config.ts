import path from 'node:path';
import type { NextConfig } from 'next';

// Turbopack and the file tracer must agree on the root, or the standalone folder moves when a workspace is hoisted.
const repositoryRoot = path.join(import.meta.dirname, '..');

// Names this build for the service worker: a page of one build must not be served with the files of another.
const build = Date.now().toString(36);

const config: NextConfig = {
  generateBuildId: () => build,
  env: { NEXT_PUBLIC_COWRITE_BUILD: build },
  output: 'standalone',
  outputFileTracingRoot: repositoryRoot,
  turbopack: { root: repositoryRoot },
  transpilePackages: ['@cowrite/contract', '@cowrite/manuscript', '@cowrite/sync-core'],
  poweredByHeader: false,
  reactStrictMode: true,
  compress: true,
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
        { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
        { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(self), payment=(), usb=(), interest-cohort=()' },
      ],
    },
  ],
};

export default config;
