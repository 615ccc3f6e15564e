import { ABILITY_FOR, may, MediaTicketClaims, PROBLEMS, Problem, type ProblemCode } from '@cowrite/contract';
import type { Logger, Pool } from '@cowrite/service-kit';
import { type Grants, Refused } from '@cowrite/service-kit/grants';
import { decodeJwt } from 'jose';
import { randomUUID } from 'node:crypto';
import type { Keeper } from './keeper.ts';
import * as store from './media.store.ts';
import { makePicture, type PictureLimits } from './picture.ts';
import type { Staging } from './staging.ts';

export interface UploadLimits extends PictureLimits {
  bytesMax: number;
  perPersonMax: number;
  waitingMax: number;
  expiresAfterMs: number;
}

/** An upload from which nothing came for so long no longer counts among those of its person. */
const IDLE_MS = 120_000;

/** Files on their way in: who may bring one, and what becomes of it when it is whole. */
export class Uploads {
  readonly #parts: { pool: Pool; grants: Grants; keeper: Keeper; staging: Staging; logger: Logger };
  readonly #limits: UploadLimits;
  readonly #now: () => Date;
  readonly #finishing = new Map<string, Promise<void>>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: { pool: Pool; grants: Grants; keeper: Keeper; staging: Staging; logger: Logger }, limits: UploadLimits, now: () => Date) {
    this.#parts = parts;
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Takes a ticket, once, and begins the upload it is for.
   * @throws Problem `ticket-refused`, `signed-out`, `not-found` for a work the caller has no part in, `forbidden`,
   * `too-large`, `too-many-requests` while the person brings as many as one may at a time.
   */
  async begin(ticket: string, bytes: number): Promise<string> {
    const { who, projectId, role, credential } = await this.#parts.grants.byTicket(ticket).catch(asProblem);
    // Verified just now; another service's ticket has no kind, and was refused for its audience before.
    const claims = MediaTicketClaims.safeParse(decodeJwt(ticket));
    if (!claims.success) throw new Problem('signed-out');
    const kind = claims.data.media;
    if (!may(role, ABILITY_FOR[kind])) throw new Problem('forbidden');
    if (bytes > this.#limits.bytesMax) throw new Problem('too-large', { limit: inMebibytes(this.#limits.bytesMax) });
    const at = this.#now();
    const id = randomUUID();
    const begun = await store.beginUpload(this.#parts.pool, { id, projectId, userId: who.userId, credential, kind, bytes }, { ticket, at, idleBefore: new Date(at.getTime() - IDLE_MS), perPersonMax: this.#limits.perPersonMax });
    if (!begun) throw new Problem('too-many-requests', { seconds: 10 });
    return id;
  }

  /**
   * The upload that `ticket` began, if its person may still do it.
   * @throws Problem `not-found` for anyone else's, `signed-out`, `forbidden`, or what the upload was refused with.
   */
  async mine(ticket: string, id: string): Promise<store.Upload> {
    const upload = await store.touchUpload(this.#parts.pool, id, ticket, this.#now());
    if (upload === null) throw new Problem('not-found');
    const [standing] = await this.#parts.grants.standings([{ who: { userId: upload.userId, name: '', colour: 0 }, credential: upload.credential, projectId: upload.projectId }]);
    if (standing === undefined || !standing.alive) throw new Problem('signed-out');
    if (standing.role === null) throw new Problem('not-found');
    if (!may(standing.role, ABILITY_FOR[upload.kind])) throw new Problem('forbidden');
    if (upload.state === 'refused') throw new Problem(isProblem(upload.problem) ? upload.problem : 'unreadable-image', { expected: '' });
    return upload;
  }

  /**
   * Makes a picture of a file that came whole. Asked twice, both are answered by the one making.
   * @throws Problem what `makePicture` refuses with, once and for all; `unavailable` when too many wait, or something that passes.
   */
  finish(upload: store.Upload): Promise<void> {
    const running = this.#finishing.get(upload.id);
    if (running) return running;
    if (this.#finishing.size > this.#limits.waitingMax) return Promise.reject(new Problem('unavailable'));
    // One at a time: a picture takes a hundred times its file in memory while it is read.
    const finished = this.#turn.then(() => this.#make(upload)).finally(() => this.#finishing.delete(upload.id));
    this.#turn = finished.catch(() => undefined);
    this.#finishing.set(upload.id, finished);
    return finished;
  }

  async #make(upload: store.Upload): Promise<void> {
    const { pool, keeper, staging, logger } = this.#parts;
    try {
      const file = await staging.read(upload.id);
      const picture = await makePicture(file, upload.kind, this.#limits);
      await keeper.keep(upload, file, picture, this.#now());
    } catch (failure) {
      if (!(failure instanceof Problem)) {
        // The disk, the bucket or the database: it passes, the file is still here, and whoever asks again has it made.
        logger.error({ err: failure, uploadId: upload.id }, 'a picture could not be kept');
        throw new Problem('unavailable');
      }
      await store.refuseUpload(pool, upload.id, failure.code);
      await staging.remove(upload.id);
      logger.info({ uploadId: upload.id, code: failure.code }, 'a file was refused');
      throw failure;
    }
    // What came is not kept. If this fails, the sweep of old uploads does it.
    await staging.remove(upload.id).catch((failure: unknown) => logger.warn({ err: failure, uploadId: upload.id }, 'a file that was read could not be removed'));
  }

  /** Gives an upload up. What became a picture stays one. */
  async abandon(upload: store.Upload): Promise<void> {
    await this.#parts.staging.remove(upload.id);
    await store.forgetUpload(this.#parts.pool, upload.id);
  }

  /** Removes uploads that are older than they may be, complete or not. @returns how many. */
  async sweep(now: Date): Promise<number> {
    const old = await store.uploadsBefore(this.#parts.pool, new Date(now.getTime() - this.#limits.expiresAfterMs));
    for (const id of old) {
      // The row last: while it is there, a later sweep finds what an interrupted one left.
      await this.#parts.staging.remove(id);
      await store.forgetUpload(this.#parts.pool, id);
    }
    return old.length;
  }

  /** Resolves when no picture is being made. */
  async settled(): Promise<void> {
    await this.#turn;
  }
}

function asProblem(failure: unknown): never {
  if (!(failure instanceof Refused)) throw failure;
  throw new Problem(failure.why === 'hidden' ? 'not-found' : failure.why === 'spent' ? 'ticket-refused' : 'signed-out');
}

const isProblem = (code: string | null): code is ProblemCode => code !== null && Object.hasOwn(PROBLEMS, code);
const inMebibytes = (bytes: number): string => `${Math.round(bytes / 104_857.6) / 10} MiB`;
