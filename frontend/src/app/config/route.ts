import { cameBy, studioConfigOf } from '../../shared/serving/studio-config.ts';

export const dynamic = 'force-dynamic';

/** Where the services are, decided when the browser asks and not when the studio was built. */
export function GET(request: Request): Response {
  return Response.json(studioConfigOf(process.env, cameBy(request.headers)), { headers: { 'cache-control': 'no-store' } });
}
