import { Problem } from '@cowrite/contract';
import { answerProblem } from '@cowrite/service-kit/http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Hands what handlers throw to `answerProblem`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #to: Parameters<typeof answerProblem>[3];
  readonly #whyNothingAt: (request: FastifyRequest) => Problem;

  constructor(to: Parameters<typeof answerProblem>[3], whyNothingAt: (request: FastifyRequest) => Problem) {
    this.#to = to;
    this.#whyNothingAt = whyNothingAt;
  }

  catch(failure: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    // The framework's own way of saying that no handler has this address, and its own failures.
    const reason = failure instanceof NotFoundException ? this.#whyNothingAt(request) : failure instanceof HttpException ? { statusCode: failure.getStatus(), message: failure.message } : failure;
    answerProblem(reason, request, http.getResponse<FastifyReply>(), this.#to);
  }
}
