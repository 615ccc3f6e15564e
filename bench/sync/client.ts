import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Heard, Wire } from './wires.ts';

/** The way in to one document, with a credential that is fetched beforehand: a join is measured without core's part. */
export interface Pass {
  document: string;
  wire: Wire;
  url: string;
  credential: string;
}

/** How long anything may take here before the run gives up. */
const PATIENCE_MS = 60_000;

/** What a server refused while nobody waited for that client alone; `until` throws it. */
let refusal: Error | null = null;

/** One socket on one document. It keeps no copy of the text, so that its own work does not hide the server's. */
export class Client {
  readonly #socket: WebSocket;
  readonly #pass: Pass;
  #number = 0;
  /** Bytes of updates that came before the wire said "synced", and all of them. */
  bytesAtSync = 0;
  bytes = 0;
  frames = 0;
  readonly on: Pick<Heard, 'update' | 'acked' | 'people'> = { update: () => undefined, acked: () => undefined, people: () => undefined };
  /** Fulfilled when the wire says "synced", refused when the socket ends before. */
  readonly synced: Promise<void>;

  constructor(pass: Pass, on: Partial<Client['on']> = {}) {
    this.#pass = pass;
    Object.assign(this.on, on);
    this.#socket = new WebSocket(pass.url, { perMessageDeflate: false });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.synced = promise;
    const read = pass.wire.listen(pass.document, {
      update: (update) => {
        this.bytes += update.length;
        this.on.update(update);
      },
      synced: () => {
        this.bytesAtSync = this.bytes;
        resolve();
      },
      acked: (upTo) => this.on.acked(upTo),
      people: (count) => this.on.people(count),
      answer: (frame) => this.#socket.send(frame),
    });
    this.#socket.on('open', () => {
      for (const frame of pass.wire.open(pass.document, pass.credential)) this.#socket.send(frame);
    });
    this.#socket.on('message', (data: Buffer) => {
      this.frames += 1;
      try {
        read(data);
      } catch (error) {
        refusal = error as Error;
        reject(refusal);
        this.#socket.terminate();
      }
    });
    this.#socket.on('error', reject);
    this.#socket.on('close', (code) => reject(new Error(`closed with ${code} before it was synced`)));
    // Whoever waits hears of it; a client that nobody waits for any more was ended on purpose.
    promise.catch(() => undefined);
  }

  /** The frames that push these updates, in their order, made before anything is measured. */
  framesOf(updates: readonly Uint8Array[]): Uint8Array[] {
    return updates.map((update) => this.#pass.wire.push(this.#pass.document, ++this.#number, update));
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame);
  }

  sayWhere(client: number, clock: number, state: string): void {
    this.#socket.send(this.#pass.wire.presence(this.#pass.document, client, clock, state));
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const gone = once(this.#socket, 'close');
    this.#socket.close();
    const last = setTimeout(() => this.#socket.terminate(), 2_000);
    await gone;
    clearTimeout(last);
  }

  /** Ends it as a dead network would. */
  cut(): void {
    this.#socket.terminate();
  }
}

/** Opens all of these, some at a time, and waits until every one is synced. */
export async function openAll(passes: readonly Pass[], on: (at: number) => Partial<Client['on']> = () => ({}), atOnce = 40): Promise<Client[]> {
  const clients: Client[] = [];
  for (let from = 0; from < passes.length; from += atOnce) {
    const some = passes.slice(from, from + atOnce).map((pass, index) => new Client(pass, on(from + index)));
    await Promise.all(some.map((client) => client.synced));
    clients.push(...some);
  }
  return clients;
}

export const closeAll = (clients: readonly Client[]): Promise<unknown> => Promise.all(clients.map((client) => client.close()));

/** Looks until it holds. @throws Error with `what` when it does not within a minute, or with what a server refused meanwhile. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, patienceMs = PATIENCE_MS): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (refusal) {
      const found = refusal;
      refusal = null;
      throw found;
    }
    if (performance.now() - began > patienceMs) throw new Error(`${what} did not happen within ${patienceMs / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
