import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import { webAddress } from './config.ts';
import type { Logger } from './logger.ts';
import type { Facts, Span, SpanKind, SpanName, Tracer, Tracing } from './spans.ts';

/** The variables of tracing, for the schema of every service. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: webAddress.optional().describe('where spans go: a collector that takes OTLP over HTTP, e.g. http://127.0.0.1:4318; without it nothing of this is even loaded'),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(/^[^=,\s]+=[^,]*(,[^=,\s]+=[^,]*)*$/, { message: 'write name=value,name=value' })
    .optional()
    .describe('headers that the collector wants, e.g. authorization=Basic%20bmFtZTprZXk='),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1).describe('which share of all traces is kept, from 0 to 1'),
};

/** What the variables of tracing say; null: there is none. */
export function tracingOf(env: { OTEL_EXPORTER_OTLP_ENDPOINT?: URL | undefined; OTEL_EXPORTER_OTLP_HEADERS?: string | undefined; OTEL_TRACES_SAMPLER_ARG: number }): Tracing | null {
  if (env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null;
  const pairs = (env.OTEL_EXPORTER_OTLP_HEADERS ?? '').split(',').filter((pair) => pair !== '');
  const headers = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), decoded(pair.slice(pair.indexOf('=') + 1))]));
  return { endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT, headers, share: env.OTEL_TRACES_SAMPLER_ARG };
}

/** Percent-decoded, as the variable is specified; a key that happens to hold a % is taken as it stands. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** What a stop waits for the last spans; nobody is served any more meanwhile. */
export const LAST_SPANS_WITHIN_MS = 2_000;

/** The process's one tracer, as there is one log. */
let tracer: Tracer | null = null;
const inHand = new AsyncLocalStorage<Span>();

/** Begins to trace, when there is somewhere to send it. Nothing is loaded otherwise. @returns what ends it, sending what was not sent yet. */
export async function startTracing(service: string, tracing: Tracing | null, logger: Logger): Promise<(withinMs: number) => Promise<void>> {
  if (tracing === null) return async () => undefined;
  const { openTelemetry } = await import('./opentelemetry.ts');
  const started = openTelemetry(service, tracing, logger);
  tracer = started;
  logger.info({ endpoint: tracing.endpoint.origin }, 'tracing');
  return async (withinMs) => {
    tracer = null;
    await started.stop(withinMs);
  };
}

/** Whether anything is traced: asked before something is prepared for it. */
export const isTracing = (): boolean => tracer !== null;

/** The span within which this is done, if anything is traced. */
export const spanInHand = (): Span | undefined => inHand.getStore();

/** Does something within a span. */
export const within = <T>(span: Span | undefined, work: () => T): T => (span === undefined ? work() : inHand.run(span, work));

/** Begins a span that whoever asked for it ends; null when nothing is traced. */
export function beginSpan(name: SpanName, facts: Facts, { kind = 'internal', parent = spanInHand() ?? null }: { kind?: SpanKind; parent?: Span | string | null } = {}): Span | null {
  return tracer?.begin(name === 'request' ? `${facts['http.request.method']} ${facts['http.route']}` : name, kind, facts, parent) ?? null;
}

/** Does `work` as a span: what it does is within it, and what it throws ends it as a failure. Without tracing it is a call and no more. */
export function traced<T>(name: SpanName, facts: Facts, work: (span: Span | null) => Promise<T>, options?: { kind?: SpanKind; parent?: Span | string | null }): Promise<T> {
  if (tracer === null) return work(null);
  const span = beginSpan(name, facts, options)!;
  return inHand
    .run(span, () => work(span))
    .then(
      (result) => {
        span.end();
        return result;
      },
      (failure: unknown) => {
        span.end(failure);
        throw failure;
      },
    );
}

/**
 * Asks core by `send`, as a span whose context core takes up. For core alone: what goes to others, as to a maker of models, says
 * nothing of this house's traces.
 */
export function askingCore(send: typeof fetch): typeof fetch {
  return (input, init) =>
    traced(
      'ask core',
      { 'http.request.method': init?.method ?? 'GET' },
      async (span) => {
        if (span === null) return send(input, init);
        const headers = new Headers(init?.headers);
        headers.set('traceparent', span.traceparent);
        const answer = await send(input, { ...init, headers });
        span.tell({ 'http.response.status_code': answer.status });
        return answer;
      },
      { kind: 'client' },
    );
}
