import { AssistEvent, type Out, Problem, type Route, routes } from '@cowrite/contract';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { call, problemOf, studioConfig } from './call.ts';
import { prepare } from './request.ts';

interface Options {
  signal?: AbortSignal;
  /** Sent again with the same key, a request is done once. */
  key?: string;
}

/** Sends a request of `route` to the AI service, with a ticket of its own: nothing of the sign-in leaves for there. */
async function send(route: Route, projectId: string, given: Record<string, unknown>, { accept, signal, key }: Options & { accept?: string }): Promise<Response> {
  const [{ aiUrl }, { ticket }] = await Promise.all([studioConfig(), call(routes.assistGrants.ticket, { projectId }, signal ? { signal } : {})]);
  const request = prepare(route, given);
  const response = await fetch(aiUrl + request.path, {
    method: request.method,
    credentials: 'omit',
    headers: { authorization: `Bearer ${ticket}`, ...(request.contentType ? { 'content-type': request.contentType } : {}), ...(accept ? { accept } : {}), ...(key ? { 'idempotency-key': key } : {}) },
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Calls a route of the AI service for a work. @throws the Problem it answered with, or a TypeError when there is no network. */
export async function callAi<R extends Route>(route: R, projectId: string, given: Record<string, unknown>, options: Options = {}): Promise<Out<R>> {
  const response = await send(route, projectId, given, options);
  return (route.output as { parse(value: unknown): Out<R> }).parse(await response.json());
}

/** The sound that a route of the AI service answers, once all of it is here. @throws as `callAi`, and `cut-short` when it breaks off */
export async function soundFromAi(route: Route, projectId: string, given: Record<string, unknown>, options: Options = {}): Promise<Blob> {
  const response = await send(route, projectId, given, options);
  return response.blob().catch((failure: unknown) => {
    throw options.signal?.aborted ? failure : new Problem('cut-short', { left: true });
  });
}

/** The events of an assist as they come, until its last. The stream breaking off early is a TypeError. */
export async function* assistEvents(route: Route, projectId: string, given: Record<string, unknown>, options: Options = {}): AsyncGenerator<AssistEvent & { id: string | undefined }> {
  const response = await send(route, projectId, given, { ...options, accept: 'text/event-stream' });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new TypeError('the stream broke off');
      const event = AssistEvent.parse(JSON.parse(value.data));
      yield { ...event, id: value.id };
      if (event.type === 'ended') return;
    }
  } finally {
    // Whether a stream that broke off could be cancelled as well is of no use to anybody.
    await reader.cancel().catch(() => undefined);
  }
}
