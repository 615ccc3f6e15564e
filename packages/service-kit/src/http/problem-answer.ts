import { type Locale, Problem, type ProblemBody, type ProblemCode, PROBLEMS, sentenceOf } from '@cowrite/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logger.ts';

/** The language of a request's answers: the first of its choices that we have, Korean otherwise. */
export function localeOf(acceptLanguage: string | undefined): Locale {
  for (const choice of (acceptLanguage ?? '').split(',')) {
    const tag = choice.split(';')[0]!.trim().toLowerCase();
    if (tag === 'ko' || tag.startsWith('ko-')) return 'ko';
    if (tag === 'en' || tag.startsWith('en-')) return 'en';
  }
  return 'ko';
}

const BY_STATUS: Record<number, ProblemCode> = { 400: 'malformed-request', 404: 'not-found', 405: 'method-not-allowed', 413: 'too-large', 415: 'unsupported-type' };
/** PostgreSQL: cannot connect, shutting down, lock not available, statement cancelled, deadlock, serialization. */
const PASSING = new Set(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P02', '57P03', '53300', '55P03', '57014', '40P01', '40001', '08006', '08001']);

/** What a failure is, whatever threw it. What nobody expected is `internal-error`. */
function problemFrom(failure: unknown): Problem {
  if (failure instanceof Problem) return failure;
  const { code, statusCode } = (failure ?? {}) as { code?: unknown; statusCode?: unknown };
  if (typeof code === 'string' && PASSING.has(code)) return new Problem('unavailable');
  // The driver says these two in words alone.
  if (failure instanceof Error && /^(timeout exceeded when trying to connect|Connection terminated)/.test(failure.message)) return new Problem('unavailable');
  const status = typeof statusCode === 'number' ? statusCode : 500;
  const known = BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'malformed-request' : 'internal-error');
  return new Problem(known);
}

/** The one place where a failure becomes a response: `application/problem+json` in the caller's language. `refused` hears of its code. */
export function answerProblem(failure: unknown, request: FastifyRequest, reply: FastifyReply, { log, refused = () => undefined }: { log: Logger; refused?: (code: ProblemCode) => void }): void {
  const problem = problemFrom(failure);
  const { status } = PROBLEMS[problem.code];
  refused(problem.code);
  const about = { requestId: request.id, method: request.method, route: request.routeOptions?.url, code: problem.code };
  if (status >= 500) log.error({ ...about, err: failure }, 'request failed');
  else if (status === 401 || status === 403 || status === 429) log.info(about, 'request refused');
  if (reply.sent) return;
  const details = problem.code === 'too-large' && problem.details['limit'] === undefined ? { ...problem.details, limit: limitOf(request) } : problem.details;
  const body: ProblemBody = {
    type: `urn:cowrite:problem:${problem.code}`,
    code: problem.code,
    title: sentenceOf(problem.code, localeOf(request.headers['accept-language']), details),
    status,
    instance: String(request.id),
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
  if (problem.code === 'too-many-requests') void reply.header('retry-after', String(details['seconds'] ?? 1));
  if (problem.code === 'unavailable') void reply.header('retry-after', '2');
  if (problem.code === 'method-not-allowed' && typeof details['allow'] === 'string') void reply.header('allow', details['allow']);
  void reply.status(status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(body));
}

const limitOf = (request: FastifyRequest): string => `${Math.floor((request.routeOptions?.bodyLimit ?? 0) / 1024)} KiB`;
