import type { RefusalReason } from '../room.ts';
import type { Surroundings } from './surroundings.ts';

export type FrameToNode =
  | { type: 'open'; epoch: number; stateVector: Uint8Array }
  | { type: 'push'; number: number; kind: 'edit' | 'resync'; update: Uint8Array }
  | { type: 'presence'; client: number; clock: number; state: string | null }
  | { type: 'alive' };

export type FrameToTab =
  | { type: 'opened'; epoch: number; canWrite: boolean }
  | { type: 'update'; update: Uint8Array }
  | { type: 'ready'; stateVector: Uint8Array }
  | { type: 'ack'; upTo: number }
  | { type: 'refused'; reason: RefusalReason }
  | { type: 'whole'; stateVector: Uint8Array }
  | { type: 'rights'; canWrite: boolean }
  | { type: 'closed'; reason: 'old-epoch' | 'not-allowed' | 'come-back' };

export interface TabEnd {
  hear(frame: FrameToTab, connection: Connection): void;
  /** The connection is over, as this end sees it. */
  lost(connection: Connection): void;
}

export interface NodeEnd {
  hear(frame: FrameToNode, connection: Connection): void;
  lost(connection: Connection): void;
}

/** An end gives up after hearing nothing for so long: both sides send a sign of life more often. */
const SILENCE_MS = 3_000;

/** One direction. What was sent keeps its order and comes once; from some moment on nothing may come any more. */
class Line {
  readonly #deliver: () => boolean;
  isDead = false;
  lastMs = 0;

  constructor(isListening: () => boolean) {
    this.#deliver = isListening;
  }

  send(surroundings: Surroundings, delayMs: number, event: () => void): void {
    if (this.isDead) return;
    this.lastMs = Math.max(this.lastMs, surroundings.timeline.nowMs + delayMs);
    surroundings.timeline.at(this.lastMs, () => {
      if (!this.isDead && this.#deliver()) event();
    });
  }
}

/**
 * A TCP connection: ordered both ways, nothing repeated, lost as a whole. The two ends learn of the loss each in its own
 * time, one of them perhaps long after the tab has come back on another connection.
 */
export class Connection {
  /** Unique in the world, so that presence may name sessions of other nodes. */
  readonly session: number;
  readonly person: string;
  readonly #surroundings: Surroundings;
  readonly #tab: TabEnd;
  readonly #node: NodeEnd;
  #tabIsThere = true;
  #nodeIsThere = true;
  readonly #toNode = new Line(() => this.#nodeIsThere);
  readonly #toTab = new Line(() => this.#tabIsThere);

  constructor(surroundings: Surroundings, { session, person, tab, node }: { session: number; person: string; tab: TabEnd; node: NodeEnd }) {
    this.#surroundings = surroundings;
    this.session = session;
    this.person = person;
    this.#tab = tab;
    this.#node = node;
  }

  sendToNode(frame: FrameToNode): void {
    if (this.#tabIsThere) this.#toNode.send(this.#surroundings, this.#delay(), () => this.#node.hear(frame, this));
  }

  sendToTab(frame: FrameToTab): void {
    if (this.#nodeIsThere) this.#toTab.send(this.#surroundings, this.#delay(), () => this.#tab.hear(frame, this));
  }

  /** The tab is done with it. What it sent before still arrives. */
  closeByTab(): void {
    if (!this.#tabIsThere) return;
    this.#tabIsThere = false;
    this.#toNode.send(this.#surroundings, this.#delay(), () => this.#loseNode());
  }

  /** The node is done with it, or its process died: the kernel still sends what it was given. */
  closeByNode(): void {
    if (!this.#nodeIsThere) return;
    this.#nodeIsThere = false;
    this.#toTab.send(this.#surroundings, this.#delay(), () => this.#loseTab());
  }

  /** The network breaks and both ends notice soon. */
  cut(): void {
    this.#kill(this.#toNode, this.#surroundings.chance.below(300), () => this.#loseNode());
    this.#kill(this.#toTab, this.#surroundings.chance.below(300), () => this.#loseTab());
  }

  /** Nothing arrives any more, one way or both, and nobody is told: who hears nothing gives up in the end. */
  fallSilent(way: 'to-node' | 'to-tab' | 'both'): void {
    if (way !== 'to-tab') this.#kill(this.#toNode, SILENCE_MS, () => this.#loseNode());
    if (way !== 'to-node') this.#kill(this.#toTab, SILENCE_MS, () => this.#loseTab());
  }

  #kill(line: Line, noticedAfterMs: number, notice: () => void): void {
    line.isDead = true;
    this.#surroundings.timeline.after(noticedAfterMs, notice);
  }

  #loseNode(): void {
    if (!this.#nodeIsThere) return;
    this.closeByNode();
    this.#node.lost(this);
  }

  #loseTab(): void {
    if (!this.#tabIsThere) return;
    this.closeByTab();
    this.#tab.lost(this);
  }

  #delay(): number {
    const { chance, areFaultsOn } = this.#surroundings;
    return areFaultsOn() && chance.is(0.05) ? chance.between(200, 1_500) : chance.between(2, 60);
  }
}
