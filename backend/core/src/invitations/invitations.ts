import { type In, InvitationId, type invitations, type Out, Problem, Role } from '@cowrite/contract';
import { newId } from '@cowrite/service-kit';
import { randomBytes } from 'node:crypto';
import type { CoreConfig } from '../config.ts';
import * as members from '../members/members.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Granted, SignedIn } from '../platform/grants.ts';
import { sha256 } from '../platform/keys.ts';
import { appendEvent, lockProject, standingChanged } from '../platform/outbox.ts';
import * as store from './invitations.store.ts';

type Found = NonNullable<Awaited<ReturnType<typeof store.byCode>>>;

/** Invitation links: who has one may join with the role fixed in it, until it expires or is withdrawn. */
export class Invitations {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly config: Pick<CoreConfig, 'studioUrl'>,
  ) {}

  async create(access: Granted<'members.manage'>, input: In<typeof invitations.create>): Promise<Out<typeof invitations.create>> {
    const code = randomBytes(24).toString('base64url');
    const now = this.clock.now();
    const row = {
      id: newId(InvitationId, this.clock.now()),
      project_id: access.projectId,
      role: input.role,
      code_hash: sha256(code),
      created_by: access.userId,
      created_at: now,
      expires_at: new Date(now.getTime() + input.expiresInHours * 3_600_000),
      revoked_at: null,
    };
    await store.add(this.db, row);
    const inviter = await members.read(this.db, access.projectId, access.userId);
    return { id: row.id, role: row.role, createdBy: inviter?.name ?? '', createdAt: now.toISOString(), expiresAt: row.expires_at.toISOString(), uses: 0, code, url: `${this.config.studioUrl}/invitations/${code}` };
  }

  async list(access: Granted<'members.manage'>): Promise<Out<typeof invitations.list>> {
    const rows = await store.open(this.db, access.projectId, this.clock.now());
    return { items: rows.map((row) => ({ id: row.id, role: row.role, createdBy: row.invited_by, createdAt: row.created_at.toISOString(), expiresAt: row.expires_at.toISOString(), uses: row.uses })) };
  }

  /** @throws Problem `not-found`. */
  async revoke(access: Granted<'members.manage'>, { invitationId }: In<typeof invitations.revoke>): Promise<void> {
    if (!(await store.revoke(this.db, access.projectId, invitationId, this.clock.now()))) throw new Problem('not-found');
  }

  /** What a link offers. @throws Problem `not-found`, `invitation-gone`. */
  async look({ code }: In<typeof invitations.look>): Promise<Out<typeof invitations.look>> {
    const found = this.#usable(await store.byCode(this.db, sha256(code)));
    return { projectTitle: found.project_title, role: found.role, invitedBy: found.invited_by, expiresAt: found.expires_at.toISOString() };
  }

  /** Joins. A member keeps the greater of the two roles. @throws as `look`. */
  async accept(who: SignedIn, { code }: In<typeof invitations.accept>): Promise<Out<typeof invitations.accept>> {
    const offered = this.#usable(await store.byCode(this.db, sha256(code)));
    const projectId = offered.project_id;
    return this.db.transaction().execute(async (tx) => {
      await lockProject(tx, projectId);
      // Looked at again under the lock: a withdrawal or the trash may have come first.
      this.#usable(await store.byCode(tx, sha256(code)));
      const before = await members.read(tx, projectId, who.userId);
      if (before !== null && Role.options.indexOf(before.role) >= Role.options.indexOf(offered.role)) return { projectId, role: before.role };
      const at = this.clock.now();
      if (before === null) await members.add(tx, { project_id: projectId, user_id: who.userId, role: offered.role, colour: members.freeColour(await members.list(tx, projectId)), joined_at: at });
      else await members.setRole(tx, projectId, who.userId, offered.role);
      await store.countUse(tx, offered.id);
      const member = (await members.read(tx, projectId, who.userId))!;
      await appendEvent(tx, { projectId, by: who.userId, at, change: { type: 'member.changed', member } });
      await standingChanged(tx, who.userId, projectId);
      return { projectId, role: member.role };
    });
  }

  #usable(found: Found | undefined): Found {
    if (found === undefined) throw new Problem('not-found');
    if (found.revoked_at !== null || found.expires_at <= this.clock.now() || found.project_state === 'trashed') throw new Problem('invitation-gone');
    return found;
  }
}
