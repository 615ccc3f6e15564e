import { type In, may, type Member, type members, type Out, Problem, type ProjectId, type Role, type UserId } from '@cowrite/contract';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Granted } from '../platform/grants.ts';
import { appendEvent, lockProject, standingChanged } from '../platform/outbox.ts';
import * as store from './members.store.ts';

/** The people of a work and their roles. A work always has an owner. */
export class Members {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  async list(access: Granted<'project.read'>): Promise<Out<typeof members.list>> {
    return { items: await store.list(this.db, access.projectId) };
  }

  /** @throws Problem `not-found`, `last-owner`. */
  async changeRole(access: Granted<'members.manage'>, { userId, role }: In<typeof members.changeRole>): Promise<Member> {
    return this.#inTurn(access, async (tx) => {
      const member = await this.#member(tx, access, userId);
      if (member.role === role) return member;
      if (member.role === 'owner') await this.#refuseLastOwner(tx, access);
      return this.#setRole(tx, access, userId, role);
    });
  }

  /** Removes someone, or oneself. @throws Problem `not-found`, `forbidden`, `last-owner`. */
  async remove(access: Granted<'project.read'>, { userId }: In<typeof members.remove>): Promise<void> {
    if (userId !== access.userId && !may(access.role, 'members.manage')) throw new Problem('forbidden');
    await this.#inTurn(access, async (tx) => {
      const member = await this.#member(tx, access, userId);
      if (member.role === 'owner') await this.#refuseLastOwner(tx, access);
      await store.remove(tx, access.projectId, userId);
      await appendEvent(tx, { projectId: access.projectId, by: access.userId, at: this.clock.now(), change: { type: 'member.left', userId } });
      await standingChanged(tx, userId, access.projectId);
    });
  }

  /** Hands the work over: the other becomes owner, the caller writer. @throws Problem `not-found`. */
  async transfer(access: Granted<'project.manage'>, { userId }: In<typeof members.transfer>): Promise<Out<typeof members.transfer>> {
    return this.#inTurn(access, async (tx) => {
      await this.#member(tx, access, userId);
      if (userId !== access.userId) {
        await this.#setRole(tx, access, userId, 'owner');
        await this.#setRole(tx, access, access.userId, 'writer');
      }
      return { items: await store.list(tx, access.projectId) };
    });
  }

  /** One change of a project's people at a time; the caller must still have the role the guard saw. */
  async #inTurn<T>(access: Granted<'members.manage'> | Granted<'project.manage'> | Granted<'project.read'>, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.db.transaction().execute(async (tx) => {
      await lockProject(tx, access.projectId);
      const caller = await store.read(tx, access.projectId, access.userId);
      // Two owners who demote each other at the same moment: the second one is no owner any more.
      if (caller?.role !== access.role) throw new Problem(caller === null ? 'not-found' : 'forbidden');
      return work(tx);
    });
  }

  async #member(tx: Tx, access: { projectId: ProjectId }, userId: UserId): Promise<Member> {
    const member = await store.read(tx, access.projectId, userId);
    if (member === null) throw new Problem('not-found');
    return member;
  }

  async #refuseLastOwner(tx: Tx, access: Granted<'members.manage'> | Granted<'project.read'>): Promise<void> {
    const owners = (await store.list(tx, access.projectId)).filter((member) => member.role === 'owner');
    if (owners.length <= 1) throw new Problem('last-owner');
  }

  async #setRole(tx: Tx, access: Granted<'members.manage'> | Granted<'project.manage'>, userId: UserId, role: Role): Promise<Member> {
    await store.setRole(tx, access.projectId, userId, role);
    const member = (await store.read(tx, access.projectId, userId))!;
    await appendEvent(tx, { projectId: access.projectId, by: access.userId, at: this.clock.now(), change: { type: 'member.changed', member } });
    await standingChanged(tx, userId, access.projectId);
    return member;
  }
}
