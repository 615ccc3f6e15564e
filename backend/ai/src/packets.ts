import { type AssistId, type assists, type In, type Out, PacketId, Problem, type ProjectId, type Provider } from '@cowrite/contract';
import type { Pool } from '@cowrite/service-kit';
import type { Grant } from '@cowrite/service-kit/grants';
import { newId } from '@cowrite/service-kit';
import * as store from './assists.store.ts';
import type { Core } from './core.ts';
import type { Makers } from './makers.ts';
import { goingOn, isLong, type Made, made, shown } from './made.ts';
import type { Meanings } from './meanings.ts';

const PACKET_MS = 10 * 60_000;

interface Parts {
  pool: Pool;
  core: Core;
  makers: Makers;
  /** Null where nobody finds passages by what they mean. */
  meanings: Meanings | null;
  now: () => Date;
  currency: string;
}

/** What would be sent, as it is shown, kept for ten minutes and sent. */
export class Packets {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws Problem as core says; `ai-unconfigured` */
  async show(grant: Grant, bearer: string, asked: In<typeof assists.packet>): Promise<Out<typeof assists.packet>> {
    const { pool, core, now, currency } = this.#parts;
    const packet = await this.make(grant, await core.mandate(bearer, asked.projectId), asked);
    const id = newId(PacketId, now());
    const expiresAt = new Date(now().getTime() + PACKET_MS);
    await store.keepPacket(pool, id, { projectId: asked.projectId, asker: grant.who.userId, made: packet, expiresAt });
    return shown(id, packet, { currency, expiresAt });
  }

  async make(grant: Grant, mandate: string, { projectId, task, provider, without }: In<typeof assists.packet>): Promise<Made> {
    const { core, makers, meanings } = this.#parts;
    const providers = makers.asked(task.feature, provider);
    const meaning = await meanings?.of(grant, mandate, projectId, task);
    return made(task, await core.brief(mandate, projectId, { task, providers, ...(meaning === undefined ? {} : { meaning }) }), makers, without);
  }

  /** The packet that was shown, if it may still be sent. @throws Problem `packet-gone`, or as core says */
  async shown(grant: Grant, mandate: string, { projectId, packetId }: { projectId: ProjectId; packetId: PacketId }): Promise<Made> {
    const { pool, makers, now } = this.#parts;
    const packet = await store.packetOf(pool, packetId, { projectId, asker: grant.who.userId, at: now() });
    if (packet === null || !makers.has(packet.provider)) throw new Problem('packet-gone');
    return { ...packet, also: await this.stillAlso(packet, projectId, mandate) };
  }

  /** What is sent so that an answer goes on that was cut. @throws Problem `not-found` for one that cannot, `packet-gone`, or as core says */
  async goneOn(grant: Grant, mandate: string, { projectId, goOn }: { projectId: ProjectId; goOn: AssistId }): Promise<Made> {
    const { pool, makers } = this.#parts;
    const cut = await store.cutOf(pool, goOn, { projectId, asker: grant.who.userId });
    if (cut === null || isLong(cut.made)) throw new Problem('not-found');
    if (!makers.has(cut.made.provider)) throw new Problem('packet-gone');
    const { result } = (await store.assistOf(pool, goOn))!.assist;
    // Of lines the last may be half a line, which is said again.
    const said = result?.kind === 'texts' ? cut.said : cut.said.slice(0, cut.said.lastIndexOf('\n') + 1);
    return goingOn({ ...cut.made, also: await this.stillAlso(cut.made, projectId, mandate) }, said, makers);
  }

  /**
   * Asks core once more whether what was made may be sent, since consent may have been withdrawn in the minutes between. That the
   * text has changed does not matter; what was shown is sent. @returns who may still take over.
   * @throws Problem `packet-gone` when somebody whose text it holds is no longer willing, or as core says
   */
  async stillAlso({ task, provider, items, also }: Made, projectId: ProjectId, mandate: string): Promise<Provider[]> {
    const { core, makers } = this.#parts;
    const named = { providers: makers.asked(task.feature, provider), people: [...new Set(items.flatMap(({ of }) => of))] };
    const brief = await core.brief(mandate, projectId, { task, ...named }).catch((failure: unknown) => {
      if (!(failure instanceof Problem) || failure.code !== 'text-changed') throw failure;
      // Then nothing is read for it, and only the people are asked about.
      return core.brief(mandate, projectId, { task: { feature: 'research', question: '-', sources: [] }, ...named });
    });
    const unwilling = new Set([...brief.unwilling, ...brief.withheld.flatMap(({ of }) => of.map(({ userId }) => userId))]);
    if (items.some(({ of }) => of.some((author) => unwilling.has(author)))) throw new Problem('packet-gone');
    return also.filter((each) => brief.also.includes(each));
  }
}
