import * as Y from 'yjs';
import { Person } from '../../bench/people.ts';
import { StudioClient } from '../../bench/studio-client.ts';
import { until } from './house.ts';

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

  private constructor(people: readonly Person[], projectId: string, documentId: string) {
    this.person = people[0]!;
    this.#projectId = projectId;
    this.#documentId = documentId;
    this.writers = people.map((person, number) => new Writer(number, () => person.projectTicket(projectId), documentId));
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
