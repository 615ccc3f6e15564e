import { setTimeout as wait } from 'node:timers/promises';
import { Person } from '../../../bench/people.ts';
import { StudioClient } from '../../../bench/studio-client.ts';
import { API, lineOf, SYNC } from '../crowd.ts';
import { demand, passed, until } from '../house.ts';

const MIB = 1_048_576;
const LINES = 5;
const BETWEEN_MS = 400;

/** What passes nginx and how: whole books, and what comes a piece at a time. */
export async function door(): Promise<void> {
  const person = await Person.register(API, '나래');
  const projectId = await person.project('문');
  await books(person, projectId);
  await pieces(person, projectId);
}

async function books(person: Person, projectId: string): Promise<void> {
  const { id } = await person.call<{ id: string }>('POST', `/projects/${projectId}/imports`);
  const chapter = Buffer.from(`제1화\n${'그는 문을 열었다. 아무도 없었다.\n'.repeat(2_000)}`);
  const book = (bytes: number) => Buffer.concat([...Array<Buffer>(Math.floor(bytes / chapter.length)).fill(chapter), Buffer.alloc(bytes % chapter.length, '.')]);
  const bring = (bytes: number) =>
    fetch(`${API}/projects/${projectId}/imports/${id}/files?name=${bytes}.txt`, {
      method: 'POST',
      headers: { authorization: `Bearer ${person.token}`, 'content-type': 'application/octet-stream', 'accept-language': 'en' },
      body: book(bytes),
    });
  const taken = await bring(64 * MIB);
  demand(taken.status === 201, `a book of 64 MiB is taken: ${taken.status} ${await taken.text()}`);
  const refused = await bring(65 * MIB);
  const { code, title } = (await refused.json()) as { code: string; title: string };
  demand(refused.status === 413 && code === 'too-large' && title.includes('64 MiB'), `one of 65 MiB is refused clearly: ${refused.status} ${title}`);
  passed(`a book of 64 MiB passes, one of 65 MiB is told: ${title}`);
}

/** A stream over HTTP hears each line soon after it was written, and not all of them when it ends. */
async function pieces(person: Person, projectId: string): Promise<void> {
  const { documentId } = await person.scene(projectId, '1화');
  const client = (over: 'socket' | 'stream') => new StudioClient({ syncUrl: SYNC, documentId, ticket: () => person.projectTicket(projectId), over });
  const [writer, reader] = [client('socket'), client('stream')];
  await Promise.all([writer.saved(), reader.saved()]);
  const late: number[] = [];
  for (let line = 0; line < LINES; line += 1) {
    const at = performance.now();
    writer.doc.getXmlFragment('default').push([lineOf(`${line}번째 줄`)]);
    await reader.until(() => reader.doc.getXmlFragment('default').length > line, 'the next line');
    late.push(performance.now() - at);
    await wait(BETWEEN_MS);
  }
  for (const each of [writer, reader]) each.stop();
  const slowest = Math.max(...late);
  demand(slowest < 1_000, `each piece of a stream arrives by itself: ${Math.round(slowest)} ms`);
  passed(`a stream arrives piece by piece, each within ${Math.round(slowest)} ms`);
}

/** @returns whether a socket on which nobody says anything is still up after so long. */
export async function idleFor(ms: number): Promise<boolean> {
  const person = await Person.register(API, '다온');
  const projectId = await person.project('고요');
  const { documentId } = await person.scene(projectId, '1화');
  const client = new StudioClient({ syncUrl: SYNC, documentId, ticket: () => person.projectTicket(projectId) });
  await until('it is up', () => client.isUp);
  await wait(ms);
  client.stop();
  return client.closes.length === 0;
}
