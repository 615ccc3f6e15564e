import * as Y from 'yjs';
import { Person } from '../../bench/people.ts';
import { StudioClient } from '../../bench/studio-client.ts';
import { demand, until } from './house.ts';

/** Through nginx, as everyone comes. */
export const API = 'http://localhost/api';
export const SYNC = 'http://localhost/ws';
const BETWEEN_LINES_MS = 250;

/** A paragraph of a scene. */
export function lineOf(text: string): Y.XmlElement {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(text)]);
  return paragraph;
}

/** Types a numbered line four times a second, each once, and knows how long each was not saved. */
class Writer {
  readonly client: StudioClient;
  readonly lines: string[] = [];
  /** When each edit that is not acknowledged yet was made, by its number. */
  readonly #unsaved = new Map<number, number>();
  #longestMs = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(number: number, ticket: () => Promise<string>, documentId: string) {
    this.client = new StudioClient({ syncUrl: SYNC, documentId, ticket });
    this.client.onAck = (upTo) => {
      const now = performance.now();
      for (const [edit, at] of this.#unsaved) {
        if (edit > upTo) continue;
        this.#longestMs = Math.max(this.#longestMs, now - at);
        this.#unsaved.delete(edit);
      }
    };
    this.#timer = setInterval(() => {
      const line = `${number}번째 사람의 ${this.lines.length}번째 줄`;
      this.lines.push(line);
      this.client.doc.getXmlFragment('default').push([lineOf(line)]);
      this.#unsaved.set(this.client.lastNumber, performance.now());
    }, BETWEEN_LINES_MS);
  }

  /** Its lines that are acknowledged: the others are the last ones. */
  get acknowledged(): string[] {
    return this.lines.slice(0, this.lines.length - this.#unsaved.size);
  }

  /** The longest that anything it typed since the last time was not saved. */
  longestUnsavedMs(): number {
    const now = performance.now();
    const longest = Math.max(this.#longestMs, ...[...this.#unsaved.values()].map((at) => now - at));
    this.#longestMs = 0;
    return longest;
  }

  async rest(): Promise<void> {
    clearInterval(this.#timer);
    await until('everything is acknowledged', () => this.client.waiting === 0);
  }
}

/** People who write in one scene without a pause while something is done to the house. */
export class Crowd {
  /** Whose work it is. */
  readonly person: Person;
  readonly #projectId: string;
  readonly #documentId: string;
  readonly writers: readonly Writer[];
  /** Who is kept out waits here. */
  #door: { opened: Promise<void>; open: () => void } | null = null;

  private constructor(people: readonly Person[], projectId: string, documentId: string) {
    this.person = people[0]!;
    this.#projectId = projectId;
    this.#documentId = documentId;
    const ticketOf = async (person: Person): Promise<string> => {
      await this.#door?.opened;
      return person.projectTicket(projectId);
    };
    this.writers = people.map((person, number) => new Writer(number, () => ticketOf(person), documentId));
  }

  /** Each is somebody: what one person may ask for in a minute is limited. */
  static async gather(count = 20): Promise<Crowd> {
    const people = await Promise.all(Array.from({ length: count }, (_, number) => Person.register(API, `${number}번째`)));
    const [owner, ...others] = people;
    const projectId = await owner!.project('훈련');
    for (const other of others) await owner!.invite(projectId, other, 'writer');
    const { documentId } = await owner!.scene(projectId, '1화');
    const crowd = new Crowd(people, projectId, documentId);
    await crowd.write();
    return crowd;
  }

  /** Resolves when everyone is connected and has written something that is saved. */
  async write(): Promise<void> {
    const from = this.writers.map(({ lines }) => lines.length);
    await until('everyone writes', () => this.writers.every(({ client, lines }, index) => client.isUp && client.lastNumber - client.waiting > 0 && lines.length > from[index]! + 2));
  }

  acknowledged(): string[] {
    return this.writers.flatMap((writer) => writer.acknowledged);
  }

  /** Whoever is cut off from now on stays so until they are let in, and goes on typing. */
  keepOut(): void {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.#door = { opened, open };
  }

  letIn(): void {
    this.#door?.open();
    this.#door = null;
  }

  /**
   * What the house has while everyone is kept out: of each writer the lines up to some moment and no others, none twice, and all
   * of `certain` among them. @returns how many lines that is.
   */
  async linesOfMoment(certain: readonly string[]): Promise<number> {
    const found = (await this.person.text(this.#projectId, this.#documentId)).split('\n');
    const lines = new Set(found);
    demand(lines.size === found.length, `no line is there twice: ${found.length - lines.size}`);
    const missing = certain.filter((line) => !lines.has(line));
    demand(missing.length === 0, `what was acknowledged is there: ${missing.length} are not, as ${missing[0]}`);
    const upTo = this.writers.map((writer) => writer.lines.findIndex((line) => !lines.has(line))).map((at, index) => (at < 0 ? this.writers[index]!.lines.length : at));
    const sum = upTo.reduce((total, count) => total + count, 0);
    demand(sum === lines.size, `each writer's lines are those up to a moment: ${lines.size - sum} are beyond a gap, or nobody's`);
    return lines.size;
  }

  get reconnects(): number[] {
    return this.writers.map(({ client }) => client.closes.length);
  }

  longestUnsavedMs(): number {
    return Math.max(...this.writers.map((writer) => writer.longestUnsavedMs()));
  }

  /** Everyone stops; what was acknowledged has to be there, once. @returns how many lines that is. */
  async rest(): Promise<number> {
    for (const writer of this.writers) await writer.rest();
    await this.find();
    for (const { client } of this.writers) client.stop();
    return this.writers.reduce((sum, { lines }) => sum + lines.length, 0);
  }

  /** @throws Error when what was acknowledged is not there, or more than once. */
  async find(): Promise<void> {
    const expected = JSON.stringify(this.writers.flatMap(({ lines }) => lines).toSorted());
    await until('what was acknowledged is there, once', async () => JSON.stringify((await this.person.text(this.#projectId, this.#documentId).catch(() => '')).split('\n').toSorted()) === expected);
  }
}
