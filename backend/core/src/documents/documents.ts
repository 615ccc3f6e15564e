import { type DocumentId, type documents, type In, Problem, type Role, type tickets, type TicketClaims } from '@cowrite/contract';
import type { Run } from '@cowrite/manuscript';
import { type Registry, watch } from '@cowrite/service-kit';
import { readBatch } from '@cowrite/sync-core';
import { randomUUID } from 'node:crypto';
import type { Limits } from '../config.ts';
import * as members from '../members/members.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Reader } from '../platform/database.ts';
import type { Granted } from '../platform/grants.ts';
import type { Keys } from '../platform/keys.ts';
import { Rate } from '../platform/rates.ts';
import type { Workers } from '../platform/workers.ts';
import { authorsOfUpdate } from './authors.ts';
import * as store from './documents.store.ts';

/** A ticket is fetched to be used at once. */
const TICKET_MS = 30_000;

/** How long the oldest of core's own edits has been waiting for sync to take it. */
export function watchEdits(registry: Registry, db: Database, clock: Clock): void {
  watch(registry, 'cowrite_edits_oldest_seconds', 'Age of the oldest edit of core’s own that sync has not taken yet; 0 when none waits.', async () => {
    const oldest = await store.oldestEdit(db);
    return oldest === null ? 0 : (clock.now().getTime() - oldest.getTime()) / 1_000;
  });
}

/** Scenes' documents: tickets to the places where they are written, and their text. */
export class Documents {
  readonly #tickets: Rate;

  constructor(
    private readonly db: Database,
    private readonly parts: { keys: Keys; workers: Workers },
    private readonly limits: Pick<Limits, 'ticketsPerMinute' | 'documentBytesMax'>,
    private readonly clock: Clock,
  ) {
    this.#tickets = new Rate('ticket', limits.ticketsPerMinute, 60);
  }

  /** A ticket for the studio's socket. @throws Problem `too-many-requests`. */
  async projectTicket(access: Granted<'story.read'>): Promise<{ ticket: string; expiresAt: string }> {
    return this.#ticket(access);
  }

  /** A ticket for the AI service. @throws Problem `too-many-requests`. */
  async assistTicket(access: Granted<'story.read'>): Promise<{ ticket: string; expiresAt: string }> {
    return this.#ticket(access, { purpose: 'assist-ticket' });
  }

  /** A ticket for one scene on a foreign wire. @throws Problem `not-found`, `in-trash`, `too-many-requests`. */
  async documentTicket(access: Granted<'story.read'>, { documentId }: In<typeof tickets.document>): Promise<{ ticket: string; expiresAt: string }> {
    const place = await store.place(this.db, access.projectId, documentId);
    if (place === null) throw new Problem('not-found');
    if (place.trashed) throw new Problem('in-trash');
    return this.#ticket(access, { documentId });
  }

  /** The committed text of a scene, one line a block (`sceneLines`). @throws Problem `not-found`, `too-large`. */
  async text(access: Granted<'story.read' | 'story.write'>, { documentId }: In<typeof documents.text>): Promise<string> {
    if ((await store.place(this.db, access.projectId, documentId)) === null) throw new Problem('not-found');
    const { updates } = await this.#committed(this.db, access, documentId);
    // A scene nobody has written in yet is common, and needs no thread.
    return updates.length === 0 ? '' : this.parts.workers.run('scene-text', { updates });
  }

  /** The committed text of a scene of the work, in runs that say whose they are. @throws Problem `too-large`. */
  async runs(db: Reader, access: Granted<'story.read' | 'story.write'>, documentId: DocumentId): Promise<Run[]> {
    const { updates, edits } = await this.#committed(db, access, documentId);
    if (updates.length === 0) return [];
    return this.parts.workers.run('scene-runs', { updates, authors: [...(await store.authors(db, documentId)), ...edits.flatMap(({ bytes, actor }) => authorsOfUpdate(bytes, actor))] });
  }

  /** All updates of a document that are committed, and those among them that sync has not taken yet. */
  async #committed(db: Reader, access: Granted<'story.read' | 'story.write'>, documentId: DocumentId): Promise<{ updates: Uint8Array[]; edits: store.WaitingEdit[] }> {
    const { snapshot, tail, edits } = await store.state(db, access.projectId, documentId);
    const size = [snapshot ?? new Uint8Array(), ...tail, ...edits.map(({ bytes }) => bytes)].reduce((sum, bytes) => sum + bytes.length, 0);
    if (size > this.limits.documentBytesMax) throw new Problem('too-large', { limit: `${this.limits.documentBytesMax} B` });
    return { updates: [...(snapshot === null ? [] : [snapshot]), ...tail.flatMap(readBatch), ...edits.map(({ bytes }) => bytes)], edits };
  }

  async #ticket(access: Granted<'story.read'>, { purpose = 'ticket', documentId }: { purpose?: 'ticket' | 'assist-ticket'; documentId?: TicketClaims['document'] } = {}): Promise<{ ticket: string; expiresAt: string }> {
    await this.#tickets.take(access.userId);
    const [member, { state }] = await Promise.all([members.read(this.db, access.projectId, access.userId), this.db.selectFrom('core.project').select('state').where('id', '=', access.projectId).executeTakeFirstOrThrow()]);
    if (member === null) throw new Problem('not-found');
    const role: Role = state === 'trashed' ? 'reader' : member.role;
    const claims: Omit<TicketClaims, 'exp'> = {
      jti: randomUUID(),
      sub: access.userId,
      name: member.name,
      colour: member.colour,
      project: access.projectId,
      ...(documentId === undefined ? {} : { document: documentId }),
      role,
      credential: access.credential,
    };
    const { token, expiresAt } = await this.parts.keys.sign(purpose, claims, this.clock, TICKET_MS);
    return { ticket: token, expiresAt: expiresAt.toISOString() };
  }
}
