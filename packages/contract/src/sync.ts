import * as z from 'zod';
import { DocumentId, Instant, ProjectId, UserId } from './ids.ts';
import { projectRoute } from './route.ts';
import { Role } from './roles.ts';

/** A ticket, and when it is no longer good. */
export const Ticket = z.object({ ticket: z.string(), expiresAt: Instant });

export const tickets = {
  project: projectRoute('POST /projects/:projectId/tickets', { needs: 'story.read', status: 201, output: Ticket, summary: 'A one-use ticket for the studio’s socket (/v1), good for 30 s.' }),
  document: projectRoute('POST /projects/:projectId/documents/:documentId/tickets', {
    needs: 'story.read',
    status: 201,
    params: z.object({ documentId: DocumentId }),
    output: Ticket,
    summary: 'A one-use ticket for one scene on the y-websocket or Hocuspocus wire, good for 30 s.',
  }),
};

export const documents = {
  text: projectRoute('GET /projects/:projectId/documents/:documentId/text', {
    needs: 'story.read',
    params: z.object({ documentId: DocumentId }),
    output: 'text',
    summary: 'The committed text, one line a block.',
  }),
};

/**
 * What core signs into a ticket (JWT, EdDSA, `typ: ticket+jwt`, `aud` the service it is for); verified there with core's
 * JWKS, once. `credential` is the sign-in or personal token the ticket came from: the socket lives no longer than that.
 */
export const TicketClaims = z.object({
  jti: z.uuid(),
  sub: UserId,
  name: z.string(),
  colour: z.int(),
  project: ProjectId,
  /** Present on a ticket for one document; a ticket for the project has none. */
  document: DocumentId.optional(),
  role: Role,
  credential: z.object({ kind: z.enum(['sign-in', 'token']), id: z.uuid() }),
  exp: z.int(),
});
export type TicketClaims = z.infer<typeof TicketClaims>;

/**
 * Why a socket was closed. 44xx: do not come back with the same credentials. 45xx, 1012 and 1013: come back with
 * back-off. The client decides by the band alone; the name is for people.
 */
export const CLOSE = {
  malformed: 4400,
  signedOut: 4401,
  notAllowed: 4403,
  gone: 4404,
  oldEpoch: 4409,
  ticketSpent: 4501,
  shedding: 4503,
  restarting: 1012,
  overloaded: 1013,
} as const;
export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

/** Whether a client may come back after this close code. */
export const mayReturn = (code: number): boolean => !(code >= 4400 && code < 4500);
