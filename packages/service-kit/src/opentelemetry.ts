import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from './logger.ts';
import type { Facts, Span, Tracer, Tracing } from './spans.ts';

/** A collector that says nothing is given up for this batch after so long. */
const EXPORT_WITHIN_MS = 5_000;
/** Of what throws, its code (PostgreSQL's, Node's, a problem's) or the name of its class: words of programs. */
const KIND_OF_FAILURE = /^[\w.-]{1,60}$/;

/**
 * Spans by OpenTelemetry, sent as OTLP over HTTP in JSON, in batches and beside what is done. Loaded only when there is somewhere
 * to send them; scripts/build.mjs makes a file of its own of it, with the packages in it.
 */
export function openTelemetry(service: string, { endpoint, headers, share }: Tracing, logger: Logger): Tracer {
  const base = endpoint.href.replace(/\/?$/, '/');
  const exporter = new TellsOnce(new OTLPTraceExporter({ url: new URL('v1/traces', base).href, headers, timeoutMillis: EXPORT_WITHIN_MS }), logger);
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.namespace': 'cowrite', 'service.name': `cowrite-${service}` })),
    // By the trace's number alone, which every service sees alike: a trace is kept whole. What a stranger says of theirs being
    // sampled neither hides nor forces anything.
    sampler: new TraceIdRatioBasedSampler(share),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: EXPORT_WITHIN_MS })],
  });
  const tracer = provider.getTracer('cowrite');
  return {
    begin(name, kind, facts, parent) {
      const span = tracer.startSpan(name, { kind: KINDS[kind], attributes: { ...facts } }, contextOf(parent));
      return new OpenTelemetrySpan(span);
    },
    async stop(withinMs) {
      let late: NodeJS.Timeout | undefined;
      const tooLate = new Promise<void>((resolve) => (late = setTimeout(resolve, withinMs)));
      await Promise.race([provider.shutdown().catch((failure: unknown) => logger.warn({ err: failure }, 'the last spans could not be sent')), tooLate]);
      clearTimeout(late);
    },
  };
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

/** Of what came from outside only the two numbers are taken, and only in their form. */
function contextOf(parent: Span | string | null): Context {
  if (parent instanceof OpenTelemetrySpan) return trace.setSpan(ROOT_CONTEXT, parent.span);
  const said = typeof parent === 'string' ? parseTraceParent(parent) : null;
  return said === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...said, isRemote: true });
}

class OpenTelemetrySpan implements Span {
  readonly span: ReturnType<ReturnType<TracerProvider['getTracer']>['startSpan']>;

  constructor(span: OpenTelemetrySpan['span']) {
    this.span = span;
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.span.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  tell(facts: Facts): void {
    this.span.setAttributes({ ...facts });
    if ((facts['http.response.status_code'] ?? 0) >= 500) this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(failure?: unknown): void {
    if (failure !== undefined) {
      this.tell({ 'error.type': kindOf(failure) });
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

function kindOf(failure: unknown): string {
  const { code, name } = (failure ?? {}) as { code?: unknown; name?: unknown };
  return [code, name].find((word): word is string => typeof word === 'string' && KIND_OF_FAILURE.test(word)) ?? 'failure';
}

/** Says in the log when spans stop being taken and when they are taken again, and not for each batch between. */
class TellsOnce implements SpanExporter {
  readonly #to: SpanExporter;
  readonly #logger: Logger;
  #isAway = false;

  constructor(to: SpanExporter, logger: Logger) {
    this.#to = to;
    this.#logger = logger;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#to.export(spans, (result) => {
      const isAway = result.code !== ExportResultCode.SUCCESS;
      if (isAway && !this.#isAway) this.#logger.warn({ err: result.error }, 'spans are not taken; they are thrown away until they are');
      if (!isAway && this.#isAway) this.#logger.info('spans are taken again');
      this.#isAway = isAway;
      // The loss is told above; the library's own way would be a second one.
      done({ code: ExportResultCode.SUCCESS });
    });
  }

  shutdown(): Promise<void> {
    return this.#to.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.#to.forceFlush?.() ?? Promise.resolve();
  }
}
