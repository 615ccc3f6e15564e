export const dynamic = 'force-dynamic';

/** For the supervisor: the studio's own server answers. */
export function GET(): Response {
  return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } });
}
