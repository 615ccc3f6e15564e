import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A store that speaks as much of S3 as is asked of one here, in memory, on a port of its own. */
export interface S3Server extends AsyncDisposable {
  readonly url: string;
  /** What is in it: `/bucket/key` and its type. */
  readonly objects: ReadonlyMap<string, { type: string; bytes: Buffer }>;
  /** From now on it answers nothing but failures. */
  fail(): void;
  /** … until now. */
  mend(): void;
}

const problem = (code: string): string => `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

export async function anS3Server({ accessKeyId }: { accessKeyId: string }): Promise<S3Server> {
  const objects = new Map<string, { type: string; bytes: Buffer }>();
  let isFailing = false;
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const answer = (status: number, body: string | Buffer = '', type = 'application/xml') => response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
    const path = request.url!.split('?')[0]!;
    if (isFailing) return answer(500, problem('InternalError'));
    if (!request.headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${accessKeyId}/`)) return answer(403, problem('InvalidAccessKeyId'));
    switch (request.method) {
      case 'PUT':
        objects.set(path, { type: request.headers['content-type'] ?? '', bytes: Buffer.concat(pieces) });
        return answer(200);
      case 'GET': {
        const found = objects.get(path);
        return found === undefined ? answer(404, problem('NoSuchKey')) : answer(200, found.bytes, found.type);
      }
      case 'DELETE':
        objects.delete(path);
        return answer(204);
      default:
        return answer(405, problem('MethodNotAllowed'));
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    fail: () => void (isFailing = true),
    mend: () => void (isFailing = false),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
