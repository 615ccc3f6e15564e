import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';

/** A way to sync that lets plain HTTP through and no WebSocket, as some companies' and schools' networks do. */
export class PlainHttp implements AsyncDisposable {
  readonly #server: Server;
  #targets: readonly number[] = [];
  #turn = 0;
  /** How many WebSockets were asked for, and refused. */
  refused = 0;
  /** Addresses that are answered with 502 in the place of what they lead to. */
  closedTo: RegExp | null = null;
  /** The addresses of the requests that went through. */
  readonly passed: string[] = [];

  private constructor() {
    this.#server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));
    this.#server.on('upgrade', (_request, socket) => {
      this.refused += 1;
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
  }

  static async open(): Promise<PlainHttp> {
    const way = new PlainHttp();
    await new Promise<void>((done) => way.#server.listen(0, '127.0.0.1', done));
    return way;
  }

  /** Each request goes to the next of these ports of this machine: nothing here sticks to a node. */
  leadTo(...targets: readonly number[]): void {
    this.#targets = targets;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, url: path, headers } = incoming;
    this.passed.push(`${method} ${path}`);
    if (this.closedTo?.test(path!)) return void outgoing.writeHead(502).end();
    const port = this.#targets[this.#turn++ % this.#targets.length];
    const onward = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
      answer.on('close', () => {
        if (!answer.complete) outgoing.destroy();
      });
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
