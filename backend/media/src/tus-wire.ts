import { BlobId, Problem, type ProblemCode } from '@cowrite/contract';
import { Server } from '@tus/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Upload } from './media.store.ts';
import type { Staging } from './staging.ts';
import type { Uploads } from './uploads.ts';

/** Headers of tus that a page sends and reads; the service allows them across origins. */
export const TUS_HEADERS = { sent: 'tus-resumable, upload-length, upload-offset, upload-metadata', read: 'location, tus-resumable, upload-expires, upload-length, upload-offset' };

const OFFSET_TYPE = 'application/offset+octet-stream';
const CAPABILITIES = { 'tus-resumable': '1.0.0', 'tus-version': '1.0.0', 'tus-extension': 'creation,creation-with-upload,termination,expiration' };
/** What the library knows of a request. Metadata does not pass: names and types that a sender claims decide nothing here. */
const PASSED = ['tus-resumable', 'upload-length', 'upload-offset', 'content-type', 'content-length'];
/** Set by us on what the library sees, whatever a sender wrote there. */
const ID_HEADER = 'x-upload-id';

const PROBLEM_OF: Readonly<Record<number, ProblemCode>> = { 404: 'not-found', 409: 'upload-offset', 410: 'not-found', 413: 'too-large' };

/**
 * tus 1.0 at `/uploads`. The library keeps offsets and bytes; who may do what, and what becomes of a whole file, is ours and
 * decided before it is asked. `Location` is relative to `/uploads`, so that it holds under any prefix.
 */
export function serveUploads(instance: FastifyInstance, uploads: Uploads, staging: Staging, { bytesMax, expiresAfterMs }: { bytesMax: number; expiresAfterMs: number }): void {
  const tus = new Server({ path: '/uploads', datastore: staging.files, maxSize: bytesMax, namingFunction: (request) => request.headers.get(ID_HEADER)!, generateUrl: (_request, { id }) => `uploads/${id}` });
  // Left unread: it is a stream that goes to the disk.
  instance.addContentTypeParser(OFFSET_TYPE, (_request, _payload, done) => done(null));

  /** Answers as the library does; a failure of its own becomes one of ours. */
  async function pass(request: FastifyRequest, reply: FastifyReply, id: string): Promise<number> {
    const headers = new Headers(PASSED.flatMap((name): [string, string][] => (typeof request.headers[name] === 'string' ? [[name, request.headers[name]]] : [])));
    headers.set(ID_HEADER, id);
    const carries = headers.get('content-type') === OFFSET_TYPE && (request.method === 'PATCH' || request.method === 'POST');
    const path = request.method === 'POST' ? '/uploads' : `/uploads/${id}`;
    const answer = await tus.handleWeb(new Request(`http://media.invalid${path}`, { method: request.method, headers, ...(carries ? { body: Readable.toWeb(request.raw) as ReadableStream, duplex: 'half' } : {}) }));
    if (answer.status >= 500) throw new Problem('unavailable');
    if (answer.status >= 400) throw new Problem(PROBLEM_OF[answer.status] ?? 'malformed-request', answer.status === 413 ? { limit: `${bytesMax} B` } : {});
    for (const name of ['location', 'upload-offset', 'upload-length']) if (answer.headers.has(name)) void reply.header(name, answer.headers.get(name));
    void reply.status(answer.status).header('tus-resumable', '1.0.0');
    return Number(answer.headers.get('upload-offset') ?? 0);
  }

  const finishIfWhole = async (upload: Upload, offset: number): Promise<void> => {
    if (offset === upload.bytes) await uploads.finish(upload);
  };
  const mine = async (request: FastifyRequest): Promise<Upload> => {
    const ticket = bearerOf(request);
    const id = BlobId.safeParse((request.params as { uploadId: string }).uploadId);
    if (!id.success) throw new Problem('not-found');
    demandVersion(request);
    return uploads.mine(ticket, id.data);
  };

  instance.options('/uploads', async (_request, reply) =>
    reply
      .status(204)
      .headers({ ...CAPABILITIES, 'tus-max-size': String(bytesMax) })
      .send(),
  );
  instance.post('/uploads', async (request, reply) => {
    const ticket = bearerOf(request);
    demandVersion(request);
    const bytes = bytesOf(request);
    const id = await uploads.begin(ticket, bytes);
    const offset = await pass(request, reply, id);
    void reply.header('upload-expires', new Date(Date.now() + expiresAfterMs).toUTCString());
    if (offset > 0) await finishIfWhole(await uploads.mine(ticket, id), offset);
    return reply.send();
  });
  instance.head('/uploads/:uploadId', async (request, reply) => {
    const upload = await mine(request);
    if (upload.state === 'stored') return reply.headers({ 'tus-resumable': '1.0.0', 'upload-offset': String(upload.bytes), 'upload-length': String(upload.bytes) }).send();
    const offset = await pass(request, reply, upload.id);
    // The making was interrupted: whoever asks how far the upload is has it done.
    await finishIfWhole(upload, offset);
    return reply.send();
  });
  instance.patch('/uploads/:uploadId', async (request, reply) => {
    const upload = await mine(request);
    if (request.headers['content-type'] !== OFFSET_TYPE) throw new Problem('unsupported-type', { expected: OFFSET_TYPE });
    if (!/^\d{1,15}$/.test(String(request.headers['upload-offset']))) throw new Problem('malformed-request');
    if (upload.state === 'stored') throw new Problem('upload-offset');
    await finishIfWhole(upload, await pass(request, reply, upload.id));
    return reply.send();
  });
  instance.delete('/uploads/:uploadId', async (request, reply) => {
    await uploads.abandon(await mine(request));
    return reply.status(204).header('tus-resumable', '1.0.0').send();
  });
}

/** The ticket that a caller showed. @throws Problem `signed-out` */
function bearerOf(request: FastifyRequest): string {
  const bearer = /^Bearer ([\w.-]{1,4096})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw new Problem('signed-out');
  return bearer;
}

function demandVersion(request: FastifyRequest): void {
  if (request.headers['tus-resumable'] !== '1.0.0') throw new Problem('precondition-failed');
}

/** @throws Problem `malformed-request` for a length that is none; one that is told later is not taken. */
function bytesOf(request: FastifyRequest): number {
  const length = request.headers['upload-length'];
  if (typeof length !== 'string' || !/^[1-9]\d{0,14}$/.test(length)) throw new Problem('malformed-request');
  return Number(length);
}
