import { workerSource } from '../../shared/serving/worker-source.ts';

export const dynamic = 'force-dynamic';

/** The service worker of this build; asked anew every time, so that a new build is noticed at the next visit. */
export function GET(): Response {
  return new Response(workerSource(process.env['NEXT_PUBLIC_COWRITE_BUILD'] ?? 'development'), {
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache', 'service-worker-allowed': '/', 'content-security-policy': "default-src 'self'; connect-src 'self'" },
  });
}
