import type { AssistEvent } from '@cowrite/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';

/** Between two comments that say nothing: less than any proxy on the way waits. */
const HEARTBEAT_MS = 15_000;

/** Whether a request wants its answer as it comes. */
export const wantsStream = (request: FastifyRequest): boolean => /\btext\/event-stream\b/i.test(request.headers.accept ?? '');

/** After which event a reader wants to go on; from the beginning when it does not say. */
export function lastEventId(request: FastifyRequest): number {
  const said = request.headers['last-event-id'];
  return typeof said === 'string' && /^\d{1,9}$/.test(said) ? Number(said) : 0;
}

/**
 * Answers with a stream of server-sent events. It is written no faster than it is read; who goes away ends the stream and nothing
 * else. `begin` gets a signal that is aborted then.
 */
export function answerStream(reply: FastifyReply, begin: (signal: AbortSignal) => AsyncGenerator<{ id: number; event: AssistEvent }>): FastifyReply {
  const gone = new AbortController();
  const stream = Readable.from(linesOf(begin(gone.signal)), { objectMode: false, highWaterMark: 16_384 });
  // Also for an answer whose reader went away.
  reply.raw.once('close', () => gone.abort());
  return reply.status(200).headers({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }).send(stream);
}

/** Events as lines of the stream, with a comment wherever nothing happens for long. */
export async function* linesOf(events: AsyncGenerator<{ id: number; event: AssistEvent }>): AsyncGenerator<string> {
  // The head goes out with this, before anything has happened.
  yield ':\n\n';
  let next = events.next();
  for (;;) {
    const silence = Promise.withResolvers<null>();
    const timer = setTimeout(() => silence.resolve(null), HEARTBEAT_MS);
    const come = await Promise.race([next, silence.promise]).finally(() => clearTimeout(timer));
    if (come === null) yield ':\n\n';
    else if (come.done) return;
    else {
      const { id, event } = come.value;
      yield `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
      next = events.next();
    }
  }
}
