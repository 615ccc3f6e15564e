/** What is traced. A closed list, so that no name can hold what somebody wrote. */
export type SpanName = 'request' | 'ask core' | 'transaction' | 'hello' | 'join' | 'commit';

/**
 * What may be said of a span: words and figures of the house's own. Neither an address with its ids, nor a header, nor a
 * statement with its values has a place here, and a failure is told by its kind and never in its words, which quote both.
 */
export interface Facts {
  'http.request.method'?: string;
  /** The pattern of the address, as in the contract. */
  'http.route'?: string;
  'http.response.status_code'?: number;
  'db.system.name'?: 'postgresql';
  'error.type'?: string;
  /** The one that the log has. */
  'cowrite.request_id'?: string;
  'cowrite.outcome'?: 'committed' | 'undone';
  'cowrite.wire'?: 'studio' | 'yjs' | 'hocuspocus';
  'cowrite.rows'?: number;
  'cowrite.updates'?: number;
}

export interface Span {
  /** What the next service is told, by W3C Trace Context. */
  readonly traceparent: string;
  tell(facts: Facts): void;
  /** Once. With what was thrown, when something was. */
  end(failure?: unknown): void;
}

export type SpanKind = 'server' | 'client' | 'internal';

/** Makes spans and sends them somewhere (opentelemetry.ts). */
export interface Tracer {
  /** `parent`: a span, what somebody else said of theirs (which may be any words at all), or null for a trace of its own. */
  begin(name: string, kind: SpanKind, facts: Facts, parent: Span | string | null): Span;
  /** Sends what was not sent yet, and no longer than `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

/** Where spans go. */
export interface Tracing {
  endpoint: URL;
  headers: Record<string, string>;
  share: number;
}
