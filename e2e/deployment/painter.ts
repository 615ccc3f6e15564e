import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import type { Person } from '../../bench/people.ts';
import { API } from './crowd.ts';
import { demand, until } from './house.ts';

const MEDIA = 'http://localhost/media/';
const SIDE = 24;

/** A square of noise as a PNG, unlike any other. */
function aPicture(): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  // Eight bits of red, green and blue.
  header.set([8, 2], 8);
  const rows = Array.from({ length: SIDE }, () => Buffer.concat([Buffer.alloc(1), randomBytes(SIDE * 3)]));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.concat(rows))), chunk('IEND', Buffer.alloc(0))]);
}

/** Someone who brings one picture after another and shows each in their manuscript. */
export class Painter {
  readonly #person: Person;
  readonly #projectId: string;
  /** The pictures that core has taken for shown, in their order. */
  readonly shown: string[] = [];
  #isResting = false;
  #painting: Promise<void> = Promise.resolve();

  private constructor(person: Person, projectId: string) {
    this.#person = person;
    this.#projectId = projectId;
  }

  /** With three that are shown. */
  static async begin(person: Person): Promise<Painter> {
    const painter = new Painter(person, await person.project('그림첩'));
    painter.#painting = painter.#paint();
    await Promise.race([painter.#painting, until('there are pictures', () => painter.shown.length >= 3)]);
    return painter;
  }

  async #paint(): Promise<void> {
    while (!this.#isResting) {
      const blobId = await this.#bring(aPicture());
      await this.#person.call('PUT', `/projects/${this.#projectId}/media/${blobId}`);
      this.shown.push(blobId);
    }
  }

  async #bring(picture: Buffer): Promise<string> {
    const { ticket } = await this.#person.call<{ ticket: string }>('POST', `/projects/${this.#projectId}/media/tickets`, { kind: 'image' });
    const headers = { authorization: `Bearer ${ticket}`, 'tus-resumable': '1.0.0' };
    const begun = await fetch(`${MEDIA}uploads`, { method: 'POST', headers: { ...headers, 'upload-length': String(picture.length) } });
    demand(begun.status === 201, `an upload begins: ${begun.status}`);
    const id = begun.headers.get('location')!.split('/').at(-1)!;
    const sent = await fetch(`${MEDIA}uploads/${id}`, { method: 'PATCH', headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }, body: new Uint8Array(picture) });
    demand(sent.status === 204, `a picture is taken: ${sent.status} ${await sent.text()}`);
    return id;
  }

  async rest(): Promise<void> {
    this.#isResting = true;
    await this.#painting;
  }

  /** The first `certain` of those that were shown are seen, and of the others each that the work still names. @throws Error when one is not. */
  async findAll(certain: number): Promise<void> {
    for (const [at, blobId] of this.shown.entries()) {
      const answer = await fetch(`${API}/projects/${this.#projectId}/media/${blobId}`, { headers: { authorization: `Bearer ${this.#person.token}` } });
      demand(answer.ok || (at >= certain && answer.status === 404), `the work names picture ${at}: ${answer.status}`);
      if (!answer.ok) continue;
      const { variants } = (await answer.json()) as { variants: { path: string }[] };
      for (const { path } of variants) demand((await fetch(new URL(path.replace(/^\//, ''), MEDIA))).ok, `what the work names is there: picture ${at}`);
    }
  }
}
