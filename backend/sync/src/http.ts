import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Lets a page of an allowed origin read the answer. A program sends no origin and needs no leave.
 *
 * @returns whether the request may be answered at all.
 */
export function allowOrigin(request: IncomingMessage, response: ServerResponse, origins: ReadonlySet<string>): boolean {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  if (origin === undefined) return true;
  if (!origins.has(origin)) return false;
  response.setHeader('access-control-allow-origin', origin);
  return true;
}

/** What a browser asks before a request that is not a simple one. */
export function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, { 'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': 'content-type, if-none-match', 'access-control-max-age': '7200' }).end();
}

/** Answers with a status and nothing else. */
export function answer(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  if (!response.headersSent) response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end();
}

/** The body of a request, or null when it is larger than `bytesMax`. @throws when the client goes before its end, or takes longer than `withinMs`. */
export async function readBody(request: IncomingMessage, { bytesMax, withinMs }: { bytesMax: number; withinMs: number }): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return null;
  const tooLong = setTimeout(() => request.destroy(), withinMs);
  try {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > bytesMax) return null;
      pieces.push(piece);
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes);
  } finally {
    clearTimeout(tooLong);
  }
}
