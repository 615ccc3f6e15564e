import { ABILITY_FOR, type AddressClaims, type BlobId, type In, may, type media, type MediaKind, type MediaTicketClaims, type Out, type Picture, Problem, type ProjectId } from '@cowrite/contract';
import { randomUUID } from 'node:crypto';
import type { Limits } from '../config.ts';
import * as members from '../members/members.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Reader } from '../platform/database.ts';
import type { Granted, SignedIn } from '../platform/grants.ts';
import type { Keys } from '../platform/keys.ts';
import { Rate } from '../platform/rates.ts';
import * as store from './pictures.store.ts';

/** A ticket is fetched to be used at once. */
const TICKET_MS = 30_000;
/** Addresses asked for in one window are the same, so that a browser knows again what it has seen; each lasts into the next. */
const ADDRESS_WINDOW_MS = 300_000;
const ADDRESS_MS = 600_000;

/** Pictures (첨부) of works: who may bring one, where one is for whom, and which are kept. */
export class Pictures {
  readonly #tickets: Rate;

  constructor(
    private readonly db: Database,
    private readonly keys: Keys,
    limits: Pick<Limits, 'ticketsPerMinute'>,
    private readonly clock: Clock,
  ) {
    this.#tickets = new Rate('media-ticket', limits.ticketsPerMinute, 60);
  }

  /** A ticket for one upload. @throws Problem `forbidden` for a kind that the role may not bring, `too-many-requests`. */
  async ticket(access: Granted<'story.write'>, { kind }: In<typeof media.ticket>): Promise<Out<typeof media.ticket>> {
    if (!may(access.role, ABILITY_FOR[kind])) throw new Problem('forbidden');
    await this.#tickets.take(access.userId);
    const member = await members.read(this.db, access.projectId, access.userId);
    if (member === null) throw new Problem('not-found');
    const claims: Omit<MediaTicketClaims, 'exp'> = { jti: randomUUID(), sub: access.userId, name: member.name, colour: member.colour, project: access.projectId, role: member.role, credential: access.credential, media: kind };
    const { token, expiresAt } = await this.keys.sign('media-ticket', claims, this.clock, TICKET_MS);
    return { ticket: token, expiresAt: expiresAt.toISOString() };
  }

  /** Where a picture is for the caller. @throws Problem `not-found` for one that this work does not have. */
  async read(access: Granted<'project.read'>, { blobId }: In<typeof media.read>): Promise<Picture> {
    const picture = (await this.ofWorks(access, [{ projectId: access.projectId, blobId }])).get(blobId);
    if (picture === undefined) throw new Problem('not-found');
    return picture;
  }

  /** Keeps a picture as long as the work. @throws Problem `not-found` for one that is not an image of this work. */
  async attach(access: Granted<'story.write'>, { blobId }: In<typeof media.attach>): Promise<void> {
    await this.demand(this.db, access.projectId, blobId, 'image');
    await store.attach(this.db, access.projectId, blobId, access.userId, this.clock.now());
  }

  /** @throws Problem `not-found` unless the work has a stored picture of this kind. */
  async demand(db: Reader, projectId: ProjectId, blobId: BlobId, kind: MediaKind): Promise<void> {
    const [stored] = await store.stored(db, [blobId]);
    if (stored === undefined || stored.project_id !== projectId || stored.kind !== kind) throw new Problem('not-found');
  }

  /** Those of these pictures that are stored and belong to the work they are asked for in. The caller has been found to be its member. */
  async ofWorks(who: SignedIn, asked: readonly { projectId: ProjectId; blobId: BlobId }[]): Promise<Map<BlobId, Picture>> {
    if (asked.length === 0) return new Map();
    const works = new Map(asked.map(({ projectId, blobId }) => [blobId, projectId]));
    const rows = (await store.stored(this.db, [...works.keys()])).filter((row) => works.get(row.blob_id) === row.project_id);
    return new Map(await Promise.all(rows.map(async (row) => [row.blob_id, await this.#picture(who, row)] as const)));
  }

  async #picture({ userId, credential }: SignedIn, row: store.StoredBlob): Promise<Picture> {
    const began = { now: () => new Date(Math.floor(this.clock.now().getTime() / ADDRESS_WINDOW_MS) * ADDRESS_WINDOW_MS) };
    const variants = row.variants.map(async ({ name, width, height }) => {
      const claims: AddressClaims = { sub: userId, project: row.project_id, credential, blob: row.blob_id, variant: name };
      const { token } = await this.keys.sign('media-address', claims, began, ADDRESS_MS);
      return { name, width, height, path: `/blobs/${row.blob_id}/${name}?key=${token}` };
    });
    return { blobId: row.blob_id, width: row.width, height: row.height, variants: await Promise.all(variants) };
  }
}
