import { assists as routes, Problem, type ProjectId, RECORDING_BYTES_MAX } from '@cowrite/contract';
import type { Grants } from '@cowrite/service-kit/grants';
import { inputOf } from '@cowrite/service-kit/http';
import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { bearerOf, grantFor } from './callers.ts';
import type { Transcriptions } from './transcriptions.ts';

const BYTES = 'application/octet-stream';

/** The route of recordings: who asks is admitted, and core has been asked, before a byte of it is read. */
export function serveTranscriptions(instance: FastifyInstance, { transcriptions, grants }: { transcriptions: Transcriptions; grants: Grants }): void {
  const { transcribe } = routes;
  instance.addContentTypeParser(BYTES, (request, payload, done) => {
    // Bytes are for this route; elsewhere they are refused as everything is that is not JSON.
    if (request.routeOptions.url === transcribe.path) done(null, payload);
    else done(new Problem('unsupported-type', { expected: 'application/json' }));
  });
  instance.route({
    method: transcribe.method,
    url: transcribe.path,
    handler: async (request, reply) => {
      const bearer = bearerOf(request);
      const { projectId } = inputOf({ ...transcribe, body: undefined }, request) as { projectId: ProjectId };
      const grant = await grantFor(grants, bearer, projectId);
      const { body } = request;
      if (!(body instanceof Readable)) throw new Problem('unsupported-type', { expected: BYTES });
      if (Number(request.headers['content-length'] ?? 0) > RECORDING_BYTES_MAX) throw tooLarge();
      const gone = new AbortController();
      // Also after an answer, when nobody hears it any more.
      reply.raw.once('close', () => gone.abort());
      return transcriptions.take(grant, { bearer, projectId, read: () => bytesOf(body), gone: gone.signal });
    },
  });
}

const tooLarge = (): Problem => new Problem('too-large', { limit: `${RECORDING_BYTES_MAX / 1_024 / 1_024} MiB` });

/** All that comes, up to the limit. @throws Problem `too-large`, or `malformed-request` when it breaks off */
async function bytesOf(body: Readable): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > RECORDING_BYTES_MAX) throw tooLarge();
      pieces.push(piece);
    }
  } catch (failure) {
    if (!(failure instanceof Problem)) throw new Problem('malformed-request');
    // The rest goes by, so that the sender hears the answer.
    body.resume();
    throw failure;
  }
  return Buffer.concat(pieces);
}
