import path from 'node:path';
import type { NextConfig } from 'next';

// Turbopack and the file tracer must agree on the root, or the standalone folder moves when a workspace is hoisted.
const repositoryRoot = path.join(import.meta.dirname, '..');

const config: NextConfig = {
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
        { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()' },
      ],
    },
  ],
};

export default config;
