import { type AssistId, assists as routes, Problem } from '@cowrite/contract';
import type { Grants } from '@cowrite/service-kit/grants';
import { inputOf } from '@cowrite/service-kit/http';
import type { FastifyInstance } from 'fastify';
import type { Assists } from './assists.ts';
import { bearerOf, grantFor } from './callers.ts';
import type { Speech } from './speech.ts';

/** The route of lines that are spoken: a failure before the first of the sound is a problem, one after it breaks the answer off. */
export function serveSpeech(instance: FastifyInstance, { speech, assists, grants }: { speech: Speech; assists: Assists; grants: Grants }): void {
  const { speak } = routes;
  instance.route({
    method: speak.method,
    url: speak.path,
    handler: async (request, reply) => {
      const bearer = bearerOf(request);
      const { assistId, row } = inputOf(speak, request) as { assistId: AssistId; row: number };
      const projectId = await assists.projectOf(assistId);
      const grant = await grantFor(grants, bearer, projectId);
      if (projectId === null) throw new Problem('not-found');
      const gone = new AbortController();
      // Also after an answer, when nobody hears it any more.
      reply.raw.once('close', () => gone.abort());
      const { type, sound } = await speech.speak(grant, { bearer, projectId, assistId, row, gone: gone.signal });
      return reply.status(speak.status).headers({ 'content-type': type, 'x-accel-buffering': 'no' }).send(sound);
    },
  });
}
