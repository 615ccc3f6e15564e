import * as Y from 'yjs';
import { Auditor } from './auditor.ts';
import { Bus } from './bus.ts';
import { Chance } from './chance.ts';
import { Connection } from './connection.ts';
import { Database } from './database.ts';
import { PRESENCE, ServerNode } from './server-node.ts';
import type { Standing, Surroundings } from './surroundings.ts';
import { RELAYED, Tab } from './tab.ts';
import { Timeline } from './timeline.ts';
import { Violation } from './violation.ts';

/**
 * `safety`: things go wrong to the last moment; then everything is healed by force, and what was promised must be true.
 * `liveness`: things stop going wrong, and nobody helps: all must come to rest by itself and in bounded time.
 */
export type Mode = 'safety' | 'liveness';

/** What came of one world. The same seed and mode give the same, event for event. */
export interface Outcome {
  acked: number;
  refused: number;
  crashes: number;
  drafts: number;
  events: number;
  /** What must be waited for after the last fault, in milliseconds of the world. */
  restMs: number;
}

/** How often each thing happens, in one step of the world. */
const ACTS = {
  write: 100,
  connect: 4,
  leave: 4,
  cut: 6,
  'fall-silent': 5,
  compose: 8,
  'kill-tab': 5,
  'go-for-good': 3,
  'crash-node': 7,
  stall: 2,
  'read-only': 2,
  'bus-away': 3,
  'bus-empty': 2,
  fold: 9,
  standing: 10,
  epoch: 1,
  'wall-clock': 3,
} as const;

const STEPS = 140;
/** In liveness the last steps are calm writing. */
const CALM_FROM = 110;
/** What a second try of everything takes: silence noticed, presence expired, the log looked at, and again. */
const REST_WITHIN_MS = 30_000;
const TRACE_LINES = 40;

/**
 * A seeded world in which real rooms, cursors, replicas and presence meet over several nodes, one log and a bus. Which
 * things go wrong, and what must hold all the same, is said in the files of the nouns and in auditor.ts.
 */
export class World {
  readonly #chance: Chance;
  readonly #timeline = new Timeline();
  readonly #auditor = new Auditor();
  readonly #trace: (readonly (string | number)[])[] = [];
  readonly #mode: Mode;
  readonly #surroundings: Surroundings;
  readonly #database: Database;
  readonly #nodes: ServerNode[];
  readonly #bus: Bus;
  #tabs: Tab[] = [];
  readonly #standings = new Map<string, Standing>();
  #areFaultsOn = true;
  #nextClientId = 1;
  #nextSession = 1;

  constructor({ seed, mode }: { seed: number; mode: Mode }) {
    this.#mode = mode;
    this.#chance = new Chance(seed);
    this.#surroundings = {
      chance: this.#chance,
      timeline: this.#timeline,
      auditor: this.#auditor,
      areFaultsOn: () => this.#areFaultsOn,
      trace: (...moment) => {
        this.#trace.push([Math.round(this.#timeline.nowMs), ...moment]);
        if (this.#trace.length > TRACE_LINES * 4) this.#trace.splice(0, TRACE_LINES * 3);
      },
    };
    this.#database = new Database(this.#surroundings);
    const standingOf = (person: string) => this.#standings.get(person) ?? 'writer';
    this.#nodes = Array.from({ length: this.#chance.between(1, 3) }, (_, at) => new ServerNode(this.#surroundings, this.#database, standingOf, `node-${'xyz'[at]}`));
    this.#bus = new Bus(this.#surroundings, this.#nodes);
    for (const node of this.#nodes) {
      node.bus = this.#bus;
      node.start();
    }
  }

  /** The last moments before now, for whoever looks for the reason of a violation. */
  get trace(): string[] {
    return this.#trace.slice(-TRACE_LINES).map((moment) => moment.join(' '));
  }

  /** @throws Violation */
  run(): Outcome {
    for (const name of 'abcde') this.#tabs.push(this.#aTab(name));
    for (let step = 0; step < STEPS; step += 1) {
      if (step === CALM_FROM && this.#mode === 'liveness') this.#calm();
      this.#timeline.pass(this.#chance.below(250));
      const act = this.#areFaultsOn ? this.#chance.weighed(ACTS) : 'write';
      this.#act(act, this.#chance.pick(this.#tabs));
    }
    if (this.#mode === 'safety') this.#heal();
    else this.#allowEveryone();
    const restMs = this.#rest();
    this.#audit();
    const { acked, refused, crashes, drafts } = this.#auditor;
    return { acked, refused, crashes, drafts, events: this.#timeline.happened, restMs };
  }

  #aTab(name: string): Tab {
    return new Tab(this.#surroundings, name, {
      nextClientId: () => this.#nextClientId++,
      connect: (tab) => {
        const up = this.#nodes.filter(({ isUp }) => isUp);
        if (up.length === 0) return null;
        const node = this.#chance.pick(up);
        const session = this.#nextSession++;
        this.#surroundings.trace(name, 'connects to', node.id, 'as', session);
        return new Connection(this.#surroundings, { session, person: name, tab, node });
      },
    });
  }

  #act(act: keyof typeof ACTS, tab: Tab): void {
    if (act !== 'write') this.#surroundings.trace(act, tab.name);
    const lastsMs = this.#chance.between(300, 3_000);
    switch (act) {
      case 'write':
        return tab.write();
      case 'connect':
        return tab.connect();
      case 'leave':
        return tab.leave();
      case 'cut':
        return tab.connection?.cut();
      case 'fall-silent':
        return tab.connection?.fallSilent(this.#chance.pick(['to-node', 'to-tab', 'both']));
      case 'compose':
        return tab.compose(this.#chance.is(0.5));
      case 'kill-tab':
        return tab.kill();
      case 'go-for-good':
        return this.#goForGood(tab);
      case 'crash-node':
        return this.#crash(this.#chance.pick(this.#nodes), this.#chance.is(0.5) ? 0 : lastsMs);
      case 'stall':
        return this.#database.stall(lastsMs);
      case 'read-only':
        return this.#database.becomeReadOnly(lastsMs);
      case 'bus-away':
        return this.#bus.goAway(lastsMs);
      case 'bus-empty':
        return this.#bus.empty();
      case 'fold':
        return this.#database.fold(() => this.#bus.say(null, { type: 'look' }));
      case 'standing':
        // People type on while it happens.
        for (let words = 0; words < 3; words += 1) this.#timeline.after(this.#chance.below(1_100), () => tab.write());
        return this.#changeStanding(tab.name, this.#chance.pick(['writer', 'writer', 'reader', 'reader', 'out']));
      case 'epoch':
        this.#database.replaceHistory(this.#nextClientId++);
        return this.#bus.say(null, { type: 'look' });
      case 'wall-clock':
        return this.#chance.pick([tab, ...this.#nodes]).wall.jump();
      default:
        act satisfies never;
    }
  }

  #crash(node: ServerNode, downMs: number): void {
    if (!node.isUp) return;
    this.#auditor.crashes += 1;
    node.crash();
    this.#timeline.after(downMs, () => node.start());
  }

  /** Someone's last words are heard by others, and perhaps lost by the servers before their commit. */
  #goForGood(tab: Tab): void {
    if (this.#tabs.length <= 2) return;
    this.#tabs = this.#tabs.filter((other) => other !== tab);
    tab.write();
    this.#timeline.after(this.#chance.below(120), () => tab.write());
    this.#timeline.after(this.#chance.between(60, 200), () => {
      tab.goForGood();
      if (this.#chance.is(0.7)) for (const node of this.#nodes) this.#crash(node, 0);
    });
  }

  /** Nodes hear of it by event, each in its own time, and at the latest by looking. */
  #changeStanding(person: string, standing: Standing): void {
    this.#standings.set(person, standing);
    for (const node of this.#nodes) this.#timeline.after(this.#chance.between(5, 1_000), () => node.standingChanged(person));
  }

  /** Nothing goes wrong any more. What went wrong has to be noticed and mended by those it happened to. */
  #calm(): void {
    this.#surroundings.trace('calm');
    this.#areFaultsOn = false;
    this.#database.heal();
    this.#bus.heal();
    for (const node of this.#nodes) node.start();
    // Whoever had let go of the connection wants it again.
    for (const tab of this.#tabs) if (!tab.connection) tab.connect();
  }

  /** Everyone may write again, and nothing is being composed. */
  #allowEveryone(): void {
    for (const tab of this.#tabs) {
      this.#changeStanding(tab.name, 'writer');
      tab.compose(false);
    }
  }

  /** Everything is mended by force. */
  #heal(): void {
    this.#calm();
    this.#allowEveryone();
    this.#timeline.pass(1_000);
    for (const tab of this.#tabs) tab.connect();
  }

  /** Liveness: until nothing waits anywhere. @returns how long that took. */
  #rest(): number {
    const startedMs = this.#timeline.nowMs;
    for (let reason = this.#unrest(); reason; reason = this.#unrest()) {
      if (this.#timeline.nowMs - startedMs > REST_WITHIN_MS) throw new Violation(`liveness: ${reason} after ${REST_WITHIN_MS} ms of calm`);
      this.#timeline.pass(200);
    }
    const restMs = this.#timeline.nowMs - startedMs;
    // Whatever is still on its way changes nothing that was settled, and people of the dead are forgotten.
    this.#timeline.pass(PRESENCE.expiresAfterMs + 8 * PRESENCE.renewedEveryMs);
    const relapse = this.#unrest();
    if (relapse) throw new Violation(`liveness: ${relapse} again after rest`);
    return restMs;
  }

  #unrest(): string | null {
    for (const tab of this.#tabs) if (!tab.isAtRest) return `${tab.name} waits for ${tab.replica.waiting}, ${tab.connection ? 'connected' : 'alone'}`;
    for (const node of this.#nodes) if (!node.isSettled) return `${node.id} is not settled`;
    for (const tab of this.#tabs) {
      try {
        this.#auditor.auditCopy(tab.name, tab.doc);
      } catch (error) {
        if (error instanceof Violation) return error.message;
        throw error;
      }
    }
    return null;
  }

  #audit(): void {
    this.#auditor.auditWords();
    for (const node of this.#nodes) this.#auditFresh(node);
    this.#auditPeople();
    this.#auditFold();
  }

  /** I1, I3: whoever comes now is given the same as everyone has. */
  #auditFresh(node: ServerNode): void {
    if (!node.room) return;
    const fresh = new Y.Doc({ gc: false });
    for (const update of node.room.content()) Y.applyUpdate(fresh, update);
    this.#auditor.auditCopy(`a newcomer at ${node.id}`, fresh);
  }

  /** Everyone who is connected is shown on every node, and nobody else. What a relay says of others counts as it would to people. */
  #auditPeople(): void {
    const there = this.#tabs.map(({ doc }) => doc.clientID);
    for (const node of this.#nodes) {
      const shown = node.presence.everyone();
      for (const client of there) if (!shown.some((state) => state.client === client)) throw new Violation(`PR2: ${node.id} does not show client ${client}`);
      for (const { client, state } of shown) if (state !== RELAYED && !there.includes(client)) throw new Violation(`PR4: ${node.id} shows client ${client}, who is gone`);
    }
  }

  /** I5, I9: a last fold gives what the log gives, and leaves nothing in any tail. */
  #auditFold(): void {
    this.#database.fold(() => this.#bus.say(null, { type: 'look' }));
    this.#timeline.pass(3_000);
    if (this.#database.rowCount > 0) throw new Violation('liveness: the log is not folded');
    for (const node of this.#nodes) {
      if ((node.room?.tailLength ?? 0) > 0) throw new Violation(`I9: ${node.id} keeps ${node.room!.tailLength} updates that were folded`);
      this.#auditFresh(node);
    }
  }
}
