import { createHash } from 'node:crypto';
import { DocumentId, may, Role, TicketClaims } from '@cowrite/contract';
import type { Pool } from '@cowrite/service-kit';
import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Identity } from './room-host.ts';

/** What a socket came with: lives no longer than the sign-in or personal token behind it. */
export interface Credential {
  kind: 'sign-in' | 'token';
  id: string;
}

/** The right to a project, as core says it is at this moment. */
export interface Grant {
  who: Identity;
  projectId: string;
  /** Only this document, when the ticket was for one. */
  documentId: string | null;
  role: Role;
  credential: Credential;
}

export const canWrite = (role: Role): boolean => may(role, 'story.write');

/** The credential is not good. `spent` may come back with a fresh one, `refused` must sign in again, `hidden` has no right here. */
export class Refused extends Error {
  readonly why: 'spent' | 'refused' | 'hidden';

  constructor(why: 'spent' | 'refused' | 'hidden') {
    super(`credential ${why}`);
    this.name = 'Refused';
    this.why = why;
  }
}

export interface Standing {
  alive: boolean;
  role: Role | null;
  /** When the sign-in or token behind it ends by itself. */
  expiresAt: Date | null;
}

/** Verifies tickets and tokens, and asks core's published functions how things stand. Holds no table of people. */
export class Grants {
  readonly #pool: Pool;
  readonly #keys: JWTVerifyGetKey;

  constructor(pool: Pool, keys: JWTVerifyGetKey) {
    this.#pool = pool;
    this.#keys = keys;
  }

  /** Takes a ticket, once. @throws Refused */
  async byTicket(ticket: string): Promise<Grant> {
    const claims = await this.#claims(ticket);
    const { rowCount } = await this.#pool.query('INSERT INTO sync.spent_ticket (id, expires_at) VALUES ($1, to_timestamp($2)) ON CONFLICT DO NOTHING', [claims.jti, claims.exp]);
    if (rowCount === 0) throw new Refused('spent');
    const grant: Grant = { who: { userId: claims.sub, name: claims.name, colour: claims.colour }, projectId: claims.project, documentId: claims.document ?? null, role: claims.role, credential: claims.credential };
    const [standing] = await this.standings([grant]);
    if (!standing!.alive) throw new Refused('refused');
    if (!standing!.role) throw new Refused('hidden');
    return { ...grant, role: standing!.role };
  }

  /** A personal token in the place of a ticket, for one document. @throws Refused */
  async byToken(token: string, documentId: string): Promise<Grant> {
    const hash = createHash('sha256').update(token).digest();
    const { rows } = await this.#pool.query<{ token_id: string; user_id: string }>('SELECT token_id, user_id FROM core.personal_token($1)', [hash]);
    const found = rows[0];
    if (!found) throw new Refused('refused');
    const place = await this.place(documentId);
    if (!place || place.trashed) throw new Refused('hidden');
    const { rows: people } = await this.#pool.query<{ name: string; colour: number; role: string | null }>('SELECT name, colour, role FROM core.person($1, $2)', [found.user_id, place.projectId]);
    const person = people[0];
    if (!person?.role) throw new Refused('hidden');
    return { who: { userId: found.user_id, name: person.name, colour: person.colour }, projectId: place.projectId, documentId, role: Role.parse(person.role), credential: { kind: 'token', id: found.token_id } };
  }

  /** Where a document belongs, or null when core knows none of that id. */
  async place(documentId: string): Promise<{ projectId: string; trashed: boolean } | null> {
    if (!DocumentId.safeParse(documentId).success) return null;
    const { rows } = await this.#pool.query<{ project_id: string; trashed: boolean }>('SELECT project_id, trashed FROM core.document_place($1)', [documentId]);
    return rows[0] ? { projectId: rows[0].project_id, trashed: rows[0].trashed } : null;
  }

  /** How each grant stands now, in one question. */
  async standings(grants: readonly Pick<Grant, 'who' | 'credential' | 'projectId'>[]): Promise<Standing[]> {
    if (grants.length === 0) return [];
    const { rows } = await this.#pool.query<{ ord: number; alive: boolean; expires_at: Date | null; role: string | null }>('SELECT ord, alive, expires_at, role FROM core.standings($1, $2, $3, $4)', [
      grants.map(({ who }) => who.userId),
      grants.map(({ credential }) => credential.kind),
      grants.map(({ credential }) => credential.id),
      grants.map(({ projectId }) => projectId),
    ]);
    const standings = grants.map((): Standing => ({ alive: false, role: null, expiresAt: null }));
    for (const { ord, alive, expires_at: expiresAt, role } of rows) standings[ord - 1] = { alive, role: role === null ? null : Role.parse(role), expiresAt };
    return standings;
  }

  /** Tickets are good for half a minute; their rows are of no use afterwards. */
  async forgetSpent(): Promise<void> {
    await this.#pool.query("DELETE FROM sync.spent_ticket WHERE expires_at < now() - interval '10 minutes'");
  }

  async #claims(ticket: string): Promise<TicketClaims> {
    try {
      const { payload } = await jwtVerify(ticket, this.#keys, { audience: 'cowrite-sync', algorithms: ['EdDSA'], typ: 'ticket+jwt', clockTolerance: 5 });
      return TicketClaims.parse(payload);
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_JWT_EXPIRED') throw new Refused('spent');
      if (isUnreachable(error)) throw error;
      throw new Refused('refused');
    }
  }
}

/** Core did not answer for its keys: nobody is refused for that, they come back. */
const isUnreachable = (error: unknown): boolean => error instanceof TypeError || ['ERR_JWKS_TIMEOUT', 'ECONNREFUSED'].includes((error as { code?: string }).code ?? '');
