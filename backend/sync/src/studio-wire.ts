import { CLOSE, type CloseCode, DocumentId, type TicketClaims } from '@cowrite/contract';
import { type Logger, spanInHand, traced } from '@cowrite/service-kit';
import { type ClientFrame, frameHead, Malformed, peopleBody, type PersonState, readClientFrame, type ServerFrame, StateVector, uuidText, writeBatch, writeServerFrame } from '@cowrite/sync-core';
import type { Carrier } from './carrier.ts';
import { canWrite, type Grant, type Grants, Refused, type Standing } from '@cowrite/service-kit/grants';
import type { EventListener, ProjectEvents } from './project-events.ts';
import type { Listener, PersonChange } from './listener.ts';
import { type Content, type OpenRoom, readStateVector } from './open-room.ts';
import type { RoomHost } from './room-host.ts';
import type { Snapshots } from './snapshots.ts';
import type { Visitor, Visitors } from './visitors.ts';

export interface StudioWireOptions {
  host: RoomHost;
  grants: Grants;
  visitors: Visitors;
  events: ProjectEvents;
  snapshots: Snapshots;
  heartbeatMs: number;
  logger: Logger;
}

/** A tab opens the scenes it shows, and a few beside them in the continuous view. */
const CHANNELS_MAX = 200;
/** Of what is asked for together with the hello, so much is looked for ahead. */
const AHEAD_MAX = 8;

/** The studio's own wire, `/v1`: one carrier a tab, a channel for each open scene (docs/api/sync.md). */
export class StudioConnection implements Visitor, EventListener {
  readonly #carrier: Carrier;
  readonly #options: StudioWireOptions;
  /** The request that the carrier came by: what its client asks for belongs to that trace. */
  readonly #cameBy = spanInHand() ?? null;
  readonly #channels = new Map<number, Channel>();
  #grant: Grant | null = null;
  #ended = false;
  /** Documents that are asked for in the same breath as the hello, and where they are, once the ticket was read. */
  readonly #ahead = new Map<string, ReturnType<Grants['place']> | null>();
  #queue: Promise<void> = Promise.resolve();
  seq = 0;
  /** Called when a credential was shown and found good. */
  onKnown: () => void = () => undefined;

  constructor(carrier: Carrier, options: StudioWireOptions) {
    this.#carrier = carrier;
    this.#options = options;
  }

  get isStranger(): boolean {
    return this.#grant === null;
  }

  get grants(): readonly Grant[] {
    return this.#grant ? [this.#grant] : [];
  }

  get projectId(): string {
    return this.#grant!.projectId;
  }

  /** Frames are handled one after another, so that a push never overtakes the opening of its channel. */
  receive(bytes: Uint8Array): void {
    let frame: ClientFrame;
    try {
      frame = readClientFrame(bytes);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return this.close(CLOSE.malformed, 'not a frame');
    }
    // Pushes on an open channel need nothing to wait for; they are the hot path.
    if (frame.type === 'push') {
      const channel = this.#channels.get(frame.channel);
      if (channel?.room) return channel.room.push(channel.session!, frame.number, frame.kind, frame.update);
    }
    if (frame.type === 'open' && this.#grant === null && this.#ahead.size < AHEAD_MAX) this.#ahead.set(uuidText(frame.documentId), null);
    this.#queue = this.#queue.then(() => this.#handle(frame)).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#options.logger.error({ err: error }, 'a frame could not be handled');
    this.close(CLOSE.shedding, 'please come back');
  }

  async #handle(frame: ClientFrame): Promise<void> {
    if (this.#ended) return;
    if (this.#grant === null) {
      if (frame.type !== 'hello') return this.close(CLOSE.malformed, 'say hello first');
      return traced('hello', { 'cowrite.wire': 'studio' }, () => this.#hello(frame), { parent: this.#cameBy });
    }
    switch (frame.type) {
      case 'hello':
        return this.close(CLOSE.malformed, 'said hello already');
      case 'open':
        return traced('join', { 'cowrite.wire': 'studio' }, () => this.#open(frame), { parent: this.#cameBy });
      case 'close':
        return this.#closeChannel(frame.channel);
      case 'push': {
        const channel = this.#channels.get(frame.channel);
        channel?.room?.push(channel.session!, frame.number, frame.kind, frame.update);
        return;
      }
      case 'presence': {
        const channel = this.#channels.get(frame.channel);
        channel?.room?.say(channel.session!, frame.client, frame.clock, frame.state === '' ? null : frame.state);
        return;
      }
      case 'renew':
        return this.#renew(frame.ticket);
      case 'pong':
        for (const { room, session } of this.#channels.values()) room?.renewPresence(session!);
        return;
      default:
        return frame satisfies never;
    }
  }

  async #hello({ version, ticket, lastSeq }: Extract<ClientFrame, { type: 'hello' }>): Promise<void> {
    if (version !== 1) return this.close(CLOSE.malformed, 'version 1 is spoken here');
    const grant = await this.#take(ticket, ({ project }) => this.#lookAhead(project));
    if (!grant || this.#ended) return;
    if (grant.documentId !== null) return this.close(CLOSE.notAllowed, 'a ticket for the project is needed');
    await this.#carrier.admitted();
    if (this.#ended) return;
    if (!this.#options.visitors.admit(grant.who.userId)) return this.close(CLOSE.shedding, 'too many sockets');
    this.#grant = grant;
    this.onKnown();
    this.seq = lastSeq;
    this.#options.visitors.add(this);
    this.#send({ type: 'welcome', session: 1, heartbeatMs: this.#options.heartbeatMs });
    this.#options.events.add(this);
  }

  /** Looks for what will be asked for while the ticket is being spent, so that it is at hand when it was. */
  #lookAhead(projectId: string): void {
    const { grants, host } = this.#options;
    for (const documentId of this.#ahead.keys()) {
      const place = grants.place(documentId);
      this.#ahead.set(documentId, place);
      place.then((found) => (found?.projectId === projectId ? host.open(documentId) : null)).catch(() => undefined);
    }
  }

  async #take(ticket: string, verified?: (claims: TicketClaims) => void): Promise<Grant | null> {
    try {
      return await this.#options.grants.byTicket(ticket, verified);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.close(error.why === 'spent' ? CLOSE.ticketSpent : error.why === 'hidden' ? CLOSE.notAllowed : CLOSE.signedOut, `ticket ${error.why}`);
      return null;
    }
  }

  async #renew(ticket: string): Promise<void> {
    const grant = await this.#take(ticket);
    if (!grant) return;
    if (grant.who.userId !== this.#grant!.who.userId || grant.projectId !== this.#grant!.projectId) return this.close(CLOSE.notAllowed, 'another person’s ticket');
    const before = this.#grant!;
    this.#grant = { ...grant, role: before.role };
    if (grant.role !== before.role) this.standingChanged(this.#grant, { alive: true, role: grant.role, expiresAt: null });
    this.#send({ type: 'renewed' });
  }

  async #open({ channel: number, documentId: bytes, epoch, stateVector, canFetch }: Extract<ClientFrame, { type: 'open' }>): Promise<void> {
    const documentId = DocumentId.safeParse(uuidText(bytes));
    if (this.#channels.has(number) || this.#channels.size >= CHANNELS_MAX) return this.close(CLOSE.malformed, 'channel');
    const place = documentId.success ? await (this.#ahead.get(documentId.data) ?? this.#options.grants.place(documentId.data)) : null;
    if (documentId.success) this.#ahead.delete(documentId.data);
    if (!place || place.projectId !== this.#grant!.projectId) return this.#send({ type: 'closed', channel: number, code: CLOSE.gone, reason: 'no such document' });

    const clientState = readStateVectorOrNull(stateVector);
    if (!clientState) return this.close(CLOSE.malformed, 'state vector');
    let room = await this.#options.host.open(documentId.data!);
    if (epoch > room.epoch) {
      // The client has seen what this node has not yet: the room is the one that is old.
      room.failed('old-epoch');
      room = await this.#options.host.open(documentId.data!);
    }
    if (epoch !== 0 && epoch !== room.epoch) return this.#send({ type: 'closed', channel: number, code: CLOSE.oldEpoch, reason: 'history was replaced' });
    const channel: Channel = { room: null, session: null, trashed: place.trashed, isBehind: false };
    const mayWrite = canWrite(this.#grant!.role) && !place.trashed;
    const session = await room.join(this.#listener(number, channel), mayWrite, clientState, (content) => {
      this.#send({ type: 'opened', channel: number, epoch: room.epoch, canWrite: mayWrite });
      if (place.trashed) this.#send({ type: 'rights', channel: number, canWrite: false, trashed: true });
      this.#sendContent(number, content, canFetch && clientState.size === 0 ? this.#options.snapshots.pathOf(room, content.snapshot) : null);
    });
    if (session === null) return this.#send({ type: 'closed', channel: number, code: CLOSE.shedding, reason: 'the room is full' });
    if (this.#ended) return room.leave(session);
    channel.room = room;
    channel.session = session;
    this.#channels.set(number, channel);
  }

  #listener(number: number, channel: Channel): Listener {
    const heads = { updates: frameHead('updates', number), people: frameHead('people', number) };
    return {
      who: this.#grant!.who,
      updates: (slice) => {
        if (channel.isBehind) return;
        if (this.#carrier.isStalled) return this.#fallBehind(number, channel);
        this.#carrier.sendParts(heads.updates, slice.as('studio', writeBatch));
      },
      ack: (upTo) => this.#send({ type: 'ack', channel: number, upTo }),
      known: () => undefined,
      refuse: (pushNumber, reason) => this.#send({ type: 'refused', channel: number, number: pushNumber, reason }),
      askWhole: (stateVector) => this.#send({ type: 'whole', channel: number, stateVector }),
      presence: (slice) => {
        if (!this.#carrier.isSlow)
          this.#carrier.sendParts(
            heads.people,
            slice.as('studio', (changes) => peopleBody(changes.map(personState))),
          );
      },
      end: (code, reason) => {
        this.#channels.delete(number);
        if (code === CLOSE.malformed) return this.close(CLOSE.malformed, reason);
        this.#send({ type: 'closed', channel: number, code, reason });
      },
    };
  }

  /** `snapshotPath`: where the client fetches what would be the first and largest part. */
  #sendContent(number: number, { updates, stateVector }: Content, snapshotPath: string | null): void {
    if (snapshotPath !== null) this.#send({ type: 'snapshot', channel: number, path: snapshotPath });
    for (const update of snapshotPath === null ? updates : updates.slice(1)) this.#carrier.sendParts(frameHead('content', number), update);
    this.#send({ type: 'ready', channel: number, stateVector });
  }

  /** So much waits for this reader that the rest is not added to it: when it has caught up, it begins anew from the snapshot. */
  #fallBehind(number: number, channel: Channel): void {
    channel.isBehind = true;
    this.#carrier.whenDrained(() => {
      if (this.#channels.get(number) !== channel || !channel.room) return;
      channel.room
        .beyond(new StateVector())
        .then((content) => {
          channel.isBehind = false;
          this.#sendContent(number, content, null);
        })
        .catch((error: unknown) => this.#fail(error));
    });
  }

  #closeChannel(number: number): void {
    const channel = this.#channels.get(number);
    this.#channels.delete(number);
    channel?.room?.leave(channel.session!);
  }

  standingChanged(_grant: Grant, { role }: Standing): void {
    if (role === null) return this.close(CLOSE.notAllowed, 'no longer a member');
    this.#grant = { ...this.#grant!, role };
    for (const [number, { room, session, trashed }] of this.#channels) {
      const mayWrite = canWrite(role) && !trashed;
      room?.setRights(session!, mayWrite);
      this.#send({ type: 'rights', channel: number, canWrite: mayWrite, trashed });
    }
  }

  expiresSoon(): void {
    this.#send({ type: 'renew-wanted' });
  }

  /** Looks again where the open documents are: one may have gone to the trash, or come back. */
  async placesChanged(): Promise<void> {
    for (const [number, channel] of this.#channels) {
      const place = channel.room ? await this.#options.grants.place(channel.room.documentId) : null;
      if (!place || place.trashed === channel.trashed || this.#channels.get(number) !== channel) continue;
      channel.trashed = place.trashed;
      const mayWrite = canWrite(this.#grant!.role) && !place.trashed;
      channel.room!.setRights(channel.session!, mayWrite);
      this.#send({ type: 'rights', channel: number, canWrite: mayWrite, trashed: place.trashed });
    }
  }

  event(_seq: number, json: string): void {
    this.#send({ type: 'event', json });
    if (json.includes('"nodes.trashed"') || json.includes('"nodes.changed"') || json.includes('"outline.replaced"')) void this.placesChanged().catch((error: unknown) => this.#fail(error));
  }

  reread(seq: number): void {
    this.#send({ type: 'reread', seq });
  }

  hint(json: string): void {
    this.#send({ type: 'hint', json });
  }

  heartbeat(): void {
    this.#carrier.look();
    this.#send({ type: 'ping' });
  }

  #send(frame: ServerFrame): void {
    this.#carrier.send(writeServerFrame(frame));
  }

  close(code: CloseCode, reason: string): void {
    this.#carrier.close(code, reason);
    this.ended();
  }

  /** The socket is gone, whoever ended it. */
  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const number of this.#channels.keys()) this.#closeChannel(number);
    if (!this.#grant) return;
    this.#options.events.remove(this);
    this.#options.visitors.remove(this);
    this.#options.visitors.dismiss(this.#grant.who.userId);
  }
}

interface Channel {
  room: OpenRoom | null;
  session: number | null;
  trashed: boolean;
  /** Changes are kept from it until it has read what waits. */
  isBehind: boolean;
}

const personState = ({ client, clock, state, who }: PersonChange): PersonState => ({ client, clock, state: state ?? '', userId: who.userId, name: who.name, colour: who.colour });

function readStateVectorOrNull(bytes: Uint8Array) {
  try {
    return readStateVector(bytes);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
