import { Problem } from '@cowrite/contract';
import { type Grant, type Grants, Refused } from '@cowrite/service-kit/grants';
import type { FastifyRequest } from 'fastify';

/** What a caller showed. @throws Problem `signed-out` */
export function bearerOf(request: FastifyRequest): string {
  const bearer = /^Bearer ([\w.-]{1,4096})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw new Problem('signed-out');
  return bearer;
}

/**
 * The right that a ticket, once, or a personal token gives in a project; null is one that there is not.
 * @throws Problem `ticket-refused`, `signed-out`, or `not-found` for a project in which the caller has no part.
 */
export async function grantFor(grants: Grants, bearer: string, projectId: string | null): Promise<Grant> {
  try {
    const grant = bearer.startsWith('cwp_') ? await grants.byTokenIn(bearer, projectId ?? '00000000-0000-0000-0000-000000000000') : await grants.byTicket(bearer);
    if (grant.projectId !== projectId) throw new Problem('not-found');
    return grant;
  } catch (failure) {
    if (!(failure instanceof Refused)) throw failure;
    throw new Problem(failure.why === 'hidden' ? 'not-found' : failure.why === 'spent' ? 'ticket-refused' : 'signed-out');
  }
}
