import { type NextRequest, NextResponse } from 'next/server';
import { securityPolicyOf } from './shared/serving/security-policy.ts';
import { cameBy, studioConfigOf } from './shared/serving/studio-config.ts';

/**
 * Gives every page a fresh nonce and its policy. It decides nothing about people: who may see what is core's answer
 * to every call.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const config = studioConfigOf(process.env, cameBy(request.headers));
  const policy = securityPolicyOf(nonce, config, process.env.NODE_ENV === 'development');
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

export const config = { matcher: [{ source: '/((?!_next/static|_next/image|fonts/|health|config|sw\\.js|icon|favicon).*)' }] };
