import { DocumentId, may, Role, TicketClaims } from '@cowrite/contract';
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { createHash } from 'node:crypto';
import type { Pool } from '../database.ts';
import { Together } from './together.ts';

/** Who is behind a session or a request, as the ticket or token said and core confirmed. */
export interface Identity {
  userId: string;
  name: string;
  colour: number;
}

/** What a socket or a request came with: lives no longer than the sign-in or personal token behind it. */
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

/** By how much the clocks of two machines of one house may differ. A ticket is good once, however long. */
const CLOCKS_APART_S = 60;

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

/** Core's public keys, asked of core when one is needed that is not known yet. */
export const keysOf = (coreUrl: string): JWTVerifyGetKey => createRemoteJWKSet(new URL('/.well-known/jwks.json', coreUrl), { cooldownDuration: 2_000, timeoutDuration: 5_000 });

/** Which tickets an edge takes, and where it writes down that one was used: a table of (id uuid primary key, expires_at). */
export interface TicketUse {
  audience: 'cowrite-sync' | 'cowrite-ai' | 'cowrite-media';
  spent: `${string}.spent_ticket`;
}

/** Verifies tickets and tokens, and asks core's published functions how things stand. Holds no table of people. */
export class Grants {
  readonly #pool: Pool;
  readonly #keys: JWTVerifyGetKey;
  readonly #use: TicketUse;

  readonly #spending = new Together((claims: readonly TicketClaims[]) => this.#spend(claims));
  readonly #placing = new Together((documentIds: readonly string[]) => this.#places(documentIds));

  constructor(pool: Pool, keys: JWTVerifyGetKey, use: TicketUse) {
    this.#pool = pool;
    this.#keys = keys;
    this.#use = use;
  }

  /** Takes a ticket, once. `verified` hears of it while it is being spent: whose it is, is known, and not yet whether it is good. @throws Refused */
  async byTicket(ticket: string, verified: (claims: TicketClaims) => void = () => undefined): Promise<Grant> {
    const claims = await this.#claims(ticket);
    verified(claims);
    const { isFresh, alive, role } = await this.#spending.ask(claims);
    if (!isFresh) throw new Refused('spent');
    if (!alive) throw new Refused('refused');
    if (!role) throw new Refused('hidden');
    return { who: { userId: claims.sub, name: claims.name, colour: claims.colour }, projectId: claims.project, documentId: claims.document ?? null, role, credential: claims.credential };
  }

  /** Takes tickets, each once, and asks how the people behind them stand. */
  async #spend(claims: readonly TicketClaims[]): Promise<{ isFresh: boolean; alive: boolean; role: Role | null }[]> {
    const { rows } = await this.#pool.query<{ ord: number; is_fresh: boolean; alive: boolean; role: string | null }>({
      name: 'spend',
      text: `
        WITH asked AS (
          SELECT * FROM unnest($1::uuid[], $2::float8[]) WITH ORDINALITY AS t (id, expires, ord)
        ), spent AS (
          INSERT INTO ${this.#use.spent} (id, expires_at) SELECT id, to_timestamp(expires) FROM asked ON CONFLICT DO NOTHING RETURNING id
        )
        SELECT asked.ord::int, spent.id IS NOT NULL AS is_fresh, standing.alive, standing.role
          FROM asked LEFT JOIN spent USING (id) JOIN core.standings($3, $4, $5, $6) standing ON standing.ord = asked.ord`,
      values: [claims.map(({ jti }) => jti), claims.map(({ exp }) => exp), claims.map(({ sub }) => sub), claims.map(({ credential }) => credential.kind), claims.map(({ credential }) => credential.id), claims.map(({ project }) => project)],
    });
    const answers = new Map(rows.map((row) => [row.ord, row]));
    const taken = new Set<string>();
    return claims.map(({ jti }, at) => {
      const { is_fresh: isFresh, alive, role } = answers.get(at + 1)!;
      // The same ticket twice in one question: only the first of them is fresh.
      const isFirst = !taken.has(jti);
      taken.add(jti);
      return { isFresh: isFresh && isFirst, alive, role: role === null ? null : Role.parse(role) };
    });
  }

  /** A personal token in the place of a ticket, for one document. @throws Refused */
  async byToken(token: string, documentId: string): Promise<Grant> {
    const holder = await this.#holder(token);
    const place = await this.place(documentId);
    if (!place || place.trashed) throw new Refused('hidden');
    return this.#inProject(holder, place.projectId, documentId);
  }

  /** A personal token in the place of a ticket, for a project. @throws Refused */
  async byTokenIn(token: string, projectId: string): Promise<Grant> {
    return this.#inProject(await this.#holder(token), projectId, null);
  }

  async #holder(token: string): Promise<{ tokenId: string; userId: string }> {
    const { rows } = await this.#pool.query<{ token_id: string; user_id: string }>('SELECT token_id, user_id FROM core.personal_token($1)', [createHash('sha256').update(token).digest()]);
    if (!rows[0]) throw new Refused('refused');
    return { tokenId: rows[0].token_id, userId: rows[0].user_id };
  }

  async #inProject({ tokenId, userId }: { tokenId: string; userId: string }, projectId: string, documentId: string | null): Promise<Grant> {
    const { rows } = await this.#pool.query<{ name: string; colour: number; role: string | null }>('SELECT name, colour, role FROM core.person($1, $2)', [userId, projectId]);
    const person = rows[0];
    if (!person?.role) throw new Refused('hidden');
    return { who: { userId, name: person.name, colour: person.colour }, projectId, documentId, role: Role.parse(person.role), credential: { kind: 'token', id: tokenId } };
  }

  /** Where a document belongs, or null when core knows none of that id. */
  async place(documentId: string): Promise<{ projectId: string; trashed: boolean } | null> {
    if (!DocumentId.safeParse(documentId).success) return null;
    return this.#placing.ask(documentId);
  }

  async #places(documentIds: readonly string[]): Promise<({ projectId: string; trashed: boolean } | null)[]> {
    const { rows } = await this.#pool.query<{ id: string; project_id: string; trashed: boolean }>({
      name: 'places',
      text: 'SELECT asked.id, place.project_id, place.trashed FROM unnest($1::uuid[]) AS asked (id) CROSS JOIN LATERAL core.document_place(asked.id) place',
      values: [[...new Set(documentIds)]],
    });
    const places = new Map(rows.map(({ id, project_id: projectId, trashed }) => [id, { projectId, trashed }]));
    return documentIds.map((documentId) => places.get(documentId.toLowerCase()) ?? null);
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
    await this.#pool.query(`DELETE FROM ${this.#use.spent} WHERE expires_at < now() - interval '10 minutes'`);
  }

  async #claims(ticket: string): Promise<TicketClaims> {
    try {
      const { payload } = await jwtVerify(ticket, this.#keys, { audience: this.#use.audience, algorithms: ['EdDSA'], typ: 'ticket+jwt', clockTolerance: CLOCKS_APART_S });
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
