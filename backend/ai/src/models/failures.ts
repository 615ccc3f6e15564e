import { APICallError } from 'ai';
import { EgressRefused } from './egress.ts';
import { ModelFailure } from './model-provider.ts';

/** The connection never came about, so nothing of the request left. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** What a failure of a call was, whoever threw it. */
export function failureOf(failure: unknown, name: string): ModelFailure {
  if (failure instanceof ModelFailure) return failure;
  if (failure instanceof EgressRefused) return new ModelFailure('model-failed', { name, left: false });
  if (APICallError.isInstance(failure) && (failure.statusCode ?? 0) >= 300) return failureOfStatus(failure.statusCode!, failure.responseHeaders ?? {}, name);
  if (isOverload(failure)) return new ModelFailure('model-busy', { name, mayPass: true });
  return new ModelFailure('model-failed', { name, mayPass: true, left: !causesOf(failure).some(({ code }) => NEVER_CONNECTED.has(code ?? '')) });
}

/** What a maker says by refusing with a status. */
export function failureOfStatus(status: number, headers: Record<string, string>, name: string): ModelFailure {
  if (status === 401 || status === 403) return new ModelFailure('model-key', { name, status });
  if (status === 429 || status === 529) return new ModelFailure('model-busy', { name, status, mayPass: true, retryAfterMs: retryAfterMsOf(headers['retry-after']) });
  return new ModelFailure('model-failed', { name, status, mayPass: status >= 500, retryAfterMs: retryAfterMsOf(headers['retry-after']) });
}

/** Seconds, as both makers write it. A date is left to our own patience. */
const retryAfterMsOf = (value: string | undefined): number => (value !== undefined && /^\d+(\.\d+)?$/.test(value) ? Math.ceil(Number(value) * 1_000) : 0);

/** In the middle of a stream a maker says so in words of its own, with the status of success. */
const isOverload = (failure: unknown): boolean => {
  const { type, code, error } = (failure ?? {}) as { type?: unknown; code?: unknown; error?: { type?: unknown; code?: unknown } };
  return [type, code, error?.type, error?.code].some((word) => typeof word === 'string' && /rate_limit|overloaded/.test(word));
};

function causesOf(failure: unknown): { code?: string }[] {
  const causes: { code?: string }[] = [];
  for (let each = failure; each instanceof Error && causes.length < 5; each = each.cause) causes.push(each as { code?: string });
  return causes;
}
