import { type In, type Out, Problem, type Project, ProjectId, type projects, type Role } from '@cowrite/contract';
import { newId } from '@cowrite/service-kit';
import * as members from '../members/members.store.ts';
import type { Pictures } from '../pictures/pictures.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Granted, SignedIn } from '../platform/grants.ts';
import { appendEvent, lockProject, standingChanged } from '../platform/outbox.ts';
import * as store from './projects.store.ts';

/** Works (작품): made, named, put away, thrown away and taken back. */
export class Projects {
  constructor(
    private readonly db: Database,
    private readonly pictures: Pictures,
    private readonly clock: Clock,
  ) {}

  /** Makes a work that the caller owns. A repeated request with the same id answers the same work. */
  async create(who: SignedIn, input: In<typeof projects.create>): Promise<Project> {
    const now = this.clock.now();
    return this.db.transaction().execute(async (tx) => {
      const id = input.id ?? newId(ProjectId, this.clock.now());
      const row = { id, title: input.title, description: input.description ?? '', genre: input.genre ?? '', settings: '{}', cover_id: null, state: 'active' as const, rev: 1, seq: 0, created_at: now, updated_at: now, trashed_at: null };
      if (!(await store.add(tx, row))) {
        const mine = await store.readAsMember(tx, id, who.userId);
        if (mine === undefined) throw new Problem('invalid-input', {}, [{ path: 'id', message: 'taken' }]);
        return asProject(mine, mine.role);
      }
      await members.add(tx, { project_id: id, user_id: who.userId, role: 'owner', colour: 0, joined_at: now });
      return asProject(await store.read(tx, id), 'owner');
    });
  }

  async list(who: SignedIn, { state }: In<typeof projects.list>): Promise<Out<typeof projects.list>> {
    const rows = await store.shelf(this.db, who.userId, state);
    const covers = await this.pictures.ofWorks(
      who,
      rows.flatMap((row) => (row.cover_id === null ? [] : { projectId: row.id, blobId: row.cover_id })),
    );
    return {
      items: rows.map((row) => ({
        ...asProject(row, row.role),
        memberCount: row.member_count,
        charactersWithSpaces: row.characters,
        lastPlace: row.place_node === null ? null : { nodeId: row.place_node, title: row.place_title ?? '', at: row.place_at!.toISOString() },
        cover: row.cover_id === null ? null : (covers.get(row.cover_id) ?? null),
      })),
    };
  }

  async read(access: Granted<'project.read'>): Promise<Project> {
    return asProject(await store.read(this.db, access.projectId), access.role);
  }

  /** @throws Problem `stale-revision` with the current one, `in-trash`, `not-found` for a cover that this work does not have. */
  async update(access: Granted<'project.manage'>, { rev, coverId, ...given }: In<typeof projects.update>): Promise<Project> {
    if (coverId) await this.pictures.demand(this.db, access.projectId, coverId, 'cover');
    return this.#change(access, (before) => {
      if (before.state === 'trashed') throw new Problem('in-trash');
      if (rev !== undefined && rev !== before.rev) throw new Problem('stale-revision', { current: before.rev });
      const { settings, ...words } = given;
      return { ...words, ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }), ...(coverId === undefined ? {} : { cover_id: coverId }) };
    });
  }

  async archive(access: Granted<'project.manage'>): Promise<Project> {
    return this.#change(access, (before) => {
      if (before.state === 'trashed') throw new Problem('in-trash');
      return before.state === 'archived' ? null : { state: 'archived' };
    });
  }

  /** Puts a work in the trash: from then on everyone only reads, also on open sockets. */
  async trash(access: Granted<'project.manage'>): Promise<Project> {
    return this.#change(access, (before) => (before.state === 'trashed' ? null : { state: 'trashed', trashed_at: this.clock.now() }));
  }

  async restore(access: Granted<'project.manage'>): Promise<Project> {
    return this.#change(access, (before) => (before.state === 'active' ? null : { state: 'active', trashed_at: null }));
  }

  /** @throws Problem `not-found` for a node that is not there. */
  async rememberPlace(access: Granted<'story.read'>, { nodeId }: In<typeof projects.rememberPlace>): Promise<void> {
    if (!(await store.rememberPlace(this.db, access.projectId, access.userId, nodeId, this.clock.now()))) throw new Problem('not-found');
  }

  /** Changes the row as `decide` says (null: as it is) and tells everyone. */
  async #change(access: Granted<'project.manage'>, decide: (before: store.ProjectRow) => Parameters<typeof store.change>[2] | null): Promise<Project> {
    const at = this.clock.now();
    return this.db.transaction().execute(async (tx) => {
      await lockProject(tx, access.projectId);
      const before = await store.read(tx, access.projectId);
      const values = decide(before);
      if (values === null) return asProject(before, access.role);
      const after = await store.change(tx, access.projectId, { ...values, updated_at: at });
      const { role: _, seq: __, ...project } = asProject(after, access.role);
      const seq = await appendEvent(tx, { projectId: access.projectId, by: access.userId, at, change: { type: 'project.changed', project } });
      if (before.state !== after.state) await this.#standingOfAll(tx, access.projectId);
      return { ...asProject(after, access.role), seq };
    });
  }

  async #standingOfAll(tx: Tx, projectId: ProjectId): Promise<void> {
    for (const member of await members.list(tx, projectId)) await standingChanged(tx, member.userId, projectId);
  }
}

function asProject(row: store.ProjectRow, role: Role): Project {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    genre: row.genre,
    settings: row.settings,
    coverId: row.cover_id,
    state: row.state,
    role,
    rev: row.rev,
    seq: row.seq,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    trashedAt: row.trashed_at?.toISOString() ?? null,
  };
}
