import { PROBLEMS, type ProblemCode } from '@cowrite/contract';
import { expect, test } from 'vitest';
import { sendFile } from './send-file.ts';

/** The other side of the wire: keeps what arrives, and does `next` once instead when there is something in it. */
class Service {
  readonly asked: string[] = [];
  arrived = 0;
  tickets = 0;
  readonly next: ((arrives: number) => Response)[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  readonly fetch = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    init.signal?.throwIfAborted();
    const headers = new Headers(init.headers);
    this.asked.push(`${init.method} ${headers.get('upload-offset') ?? ''}`.trim());
    if (headers.get('tus-resumable') !== '1.0.0') return problem('precondition-failed');
    const arrives = init.body instanceof Blob ? init.body.size : 0;
    const instead = this.next.shift();
    if (instead) return instead(arrives);
    switch (init.method) {
      case 'POST':
        if (input !== 'https://studio.example/media/uploads' || headers.get('upload-length') !== String(this.#size)) return problem('malformed-request');
        return new Response(null, { status: 201, headers: { location: 'uploads/a-picture' } });
      case 'PATCH':
        if (Number(headers.get('upload-offset')) !== this.arrived) return problem('upload-offset');
        this.arrived += arrives;
        return new Response(null, { status: 204, headers: { 'upload-offset': String(this.arrived) } });
      case 'HEAD':
        return new Response(null, { headers: { 'upload-offset': String(this.arrived) } });
      default:
        return new Response(null, { status: 204 });
    }
  };

  send(options: { signal?: AbortSignal; onProgress?: (share: number) => void; wait?: () => Promise<void> } = {}): Promise<string> {
    return sendFile({
      file: new Blob([new Uint8Array(this.#size)]),
      uploadsUrl: 'https://studio.example/media/uploads',
      ticket: async () => `ticket-${++this.tickets}`,
      onProgress: options.onProgress ?? (() => undefined),
      signal: options.signal ?? new AbortController().signal,
      fetch: this.fetch,
      wait: options.wait ?? (async () => undefined),
    });
  }
}

const problem = (code: ProblemCode) => Response.json({ type: code, code, title: code, status: PROBLEMS[code].status }, { status: PROBLEMS[code].status });
const cut = (): Response => {
  throw new TypeError('network');
};
const MIB = 1024 * 1024;

test('a file goes piece by piece, and says how far it is', async () => {
  const service = new Service(MIB + 1);
  const shares: number[] = [];
  expect(await service.send({ onProgress: (share) => shares.push(share) })).toBe('a-picture');
  expect(service.asked).toEqual(['POST', 'PATCH 0', `PATCH ${MIB / 2}`, `PATCH ${MIB}`]);
  expect(shares.map((share) => Math.round(share * 100))).toEqual([50, 100, 100]);
  expect(service.arrived).toBe(MIB + 1);
});

test('after a cut it asks how much arrived and goes on from there', async () => {
  const service = new Service(MIB);
  service.next.push(
    () => new Response(null, { status: 201, headers: { location: 'uploads/a-picture' } }),
    () => {
      service.arrived = 1_000;
      return cut();
    },
  );
  await service.send();
  expect(service.asked).toEqual(['POST', 'PATCH 0', 'HEAD', 'PATCH 1000', `PATCH ${MIB / 2 + 1_000}`]);
});

test('when the last answer was lost, the picture is there all the same', async () => {
  const service = new Service(1_000);
  service.next.push(
    () => new Response(null, { status: 201, headers: { location: 'uploads/a-picture' } }),
    (arrives) => {
      service.arrived += arrives;
      return cut();
    },
  );
  expect(await service.send()).toBe('a-picture');
});

test('a beginning that nobody heard of is tried with a fresh ticket', async () => {
  const service = new Service(10);
  service.next.push(cut, () => problem('unavailable'));
  await service.send();
  expect(service.tickets).toBe(3);
});

test('what is refused is not tried again, also when only the status says so', async () => {
  const service = new Service(10);
  service.next.push(
    () => new Response(null, { status: 201, headers: { location: 'uploads/a-picture' } }),
    () => problem('unsupported-type'),
  );
  await expect(service.send()).rejects.toMatchObject({ code: 'unsupported-type' });
  const other = new Service(10);
  other.next.push(
    () => new Response(null, { status: 201, headers: { location: 'uploads/a-picture' } }),
    cut,
    () => new Response(null, { status: 422 }),
  );
  await expect(other.send()).rejects.toMatchObject({ code: 'unreadable-image' });
});

test('a network that stays away is told after some tries', async () => {
  const service = new Service(10);
  service.next.push(...Array.from({ length: 10 }, () => cut));
  await expect(service.send()).rejects.toThrow(TypeError);
  expect(service.asked).toHaveLength(6);
});

test('who gives up in the middle has the service forget it', async () => {
  const service = new Service(2 * MIB);
  const given = new AbortController();
  await expect(service.send({ signal: given.signal, onProgress: () => given.abort() })).rejects.toThrow('aborted');
  expect(service.asked).toEqual(['POST', 'PATCH 0', 'DELETE']);
});
