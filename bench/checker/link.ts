import { readFile } from 'node:fs/promises';
import { createServer, type Server, Socket } from 'node:net';

/** What the way between two programs is like. Delays are for each direction on its own. */
export interface Weather {
  latencyMs: number;
  /** Up to so much more, drawn anew for every piece. */
  jitterMs: number;
  bytesPerSecond: number;
  /** A direction that stands still forwards nothing and closes nothing: a cable that was pulled sends no farewell. */
  toServer: 'flows' | 'stands';
  toClient: 'flows' | 'stands';
  /** The connection is reset after so many bytes in both directions together. */
  resetAfterBytes: number;
}

export const FAIR: Readonly<Weather> = { latencyMs: 0, jitterMs: 0, bytesPerSecond: Infinity, toServer: 'flows', toClient: 'flows', resetAfterBytes: Infinity };
export const PULLED: Readonly<Weather> = { ...FAIR, toServer: 'stands', toClient: 'stands' };

/** In `/proc/net/tcp`. */
const ESTABLISHED = '01';

/** So much waits inside of one direction before its sender is no longer read from: a slow way pushes back, as TCP does. */
const HELD_BYTES_MAX = 64 * 1024;

/**
 * A TCP way on loopback that gets worse when it is told to: between clients and sync, sync and PostgreSQL, sync and Redis.
 * Everything stays in order, as TCP keeps it.
 */
export class Link implements AsyncDisposable {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #random: () => number;
  readonly #strands = new Set<Strand>();
  /** New connections are reset at once. */
  refuses = false;
  /** How many connections were ever asked for. */
  asked = 0;
  #weather: Weather = { ...FAIR };

  private constructor(targetPort: number, random: () => number) {
    this.#targetPort = targetPort;
    this.#random = random;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#connect(client));
  }

  /** A link to a port of this machine, on a port of its own. `random` is where its jitter comes from. */
  static async to(targetPort: number, random: () => number): Promise<Link> {
    const link = new Link(targetPort, random);
    await new Promise<void>((done, fail) => {
      link.#server.once('error', fail);
      link.#server.listen(0, '127.0.0.1', done);
    });
    return link;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** How many connections the far side still holds open, as the system knows it: a direction that stands does not hear of an end. */
  async held(): Promise<number> {
    const ours = new Set([...this.#strands].map(({ server }) => server.localPort));
    const port = (address: string): number => Number.parseInt(address.split(':')[1]!, 16);
    const lines = (await readFile('/proc/net/tcp', 'utf8')).trim().split('\n').slice(1);
    return lines.map((line) => line.trim().split(/\s+/)).filter(([, local, remote, state]) => state === ESTABLISHED && port(local!) === this.#targetPort && ours.has(port(remote!))).length;
  }

  /** Changes the weather of this way, for connections that are there and for those to come. */
  weather(weather: Partial<Weather>): void {
    Object.assign(this.#weather, weather);
    for (const strand of this.#strands) strand.look();
  }

  /** As nothing had ever happened. What stood still goes on where it stopped. */
  clear(): void {
    this.refuses = false;
    this.weather(FAIR);
  }

  /** Ends every connection with a reset on both sides. */
  reset(): void {
    for (const strand of this.#strands) strand.reset();
  }

  #connect(client: Socket): void {
    this.asked += 1;
    if (this.refuses) return void client.resetAndDestroy();
    const server = new Socket({ allowHalfOpen: true });
    server.setNoDelay(true);
    server.connect(this.#targetPort, '127.0.0.1');
    const strand = new Strand(client, server, this.#weather, this.#random);
    this.#strands.add(strand);
    server.once('close', () => this.#strands.delete(strand));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reset();
    await new Promise((done) => this.#server.close(done));
  }
}

/** One connection: two sockets and two directions between them. */
class Strand {
  readonly client: Socket;
  readonly server: Socket;
  readonly #lanes: readonly Lane[];
  #bytes = 0;

  constructor(client: Socket, server: Socket, weather: Weather, random: () => number) {
    this.client = client;
    this.server = server;
    const passed = (bytes: number) => {
      this.#bytes += bytes;
      if (this.#bytes > weather.resetAfterBytes) this.reset();
    };
    this.#lanes = [new Lane(client, server, () => weather.toServer === 'flows', weather, random, passed), new Lane(server, client, () => weather.toClient === 'flows', weather, random, passed)];
    for (const [one, other, flows] of [
      [client, server, () => weather.toServer === 'flows'],
      [server, client, () => weather.toClient === 'flows'],
    ] as const) {
      one.on('error', () => undefined);
      // A reset travels as any other word: not while its direction stands still.
      one.on('close', (hadError) => {
        if (hadError && flows()) other.resetAndDestroy();
      });
    }
  }

  look(): void {
    for (const lane of this.#lanes) lane.look();
  }

  reset(): void {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }
}

/** One direction of one connection. */
class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #flows: () => boolean;
  readonly #weather: Weather;
  readonly #random: () => number;
  readonly #passed: (bytes: number) => void;
  /** What is on its way, with the moment at which it arrives; null is the end. */
  readonly #held: { bytes: Buffer | null; at: number }[] = [];
  #heldBytes = 0;
  #lastAt = 0;
  #freeAt = 0;
  #timer: NodeJS.Timeout | null = null;
  #isFull = false;

  constructor(from: Socket, to: Socket, flows: () => boolean, weather: Weather, random: () => number, passed: (bytes: number) => void) {
    this.#from = from;
    this.#to = to;
    this.#flows = flows;
    this.#weather = weather;
    this.#random = random;
    this.#passed = passed;
    from.on('data', (bytes: Buffer) => this.#hold(bytes));
    from.on('end', () => this.#hold(null));
    to.on('drain', () => {
      this.#isFull = false;
      this.look();
    });
  }

  #hold(bytes: Buffer | null): void {
    const now = performance.now();
    const length = bytes?.length ?? 0;
    this.#freeAt = Math.max(now, this.#freeAt) + (length / this.#weather.bytesPerSecond) * 1_000;
    this.#lastAt = Math.max(this.#lastAt, this.#freeAt + this.#weather.latencyMs + this.#random() * this.#weather.jitterMs);
    this.#held.push({ bytes, at: this.#lastAt });
    this.#heldBytes += length;
    if (this.#heldBytes > HELD_BYTES_MAX) this.#from.pause();
    this.look();
  }

  /** Hands on what has arrived. */
  look(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#held.length > 0 && this.#flows() && !this.#isFull) {
      const { bytes, at } = this.#held[0]!;
      const waitMs = at - performance.now();
      if (waitMs > 0.5) {
        this.#timer = setTimeout(() => this.look(), waitMs).unref();
        return;
      }
      this.#held.shift();
      if (bytes === null) return void this.#to.end();
      this.#heldBytes -= bytes.length;
      this.#isFull = !this.#to.write(bytes);
      this.#passed(bytes.length);
    }
    if (this.#heldBytes <= HELD_BYTES_MAX && this.#flows()) this.#from.resume();
  }
}
