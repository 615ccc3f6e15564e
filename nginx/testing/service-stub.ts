import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

/** What a stub says of a request: who had it, and as what it arrived. */
export interface Seen {
  readonly service: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** A service that answers every request with what it saw, and every socket with what is said to it. */
export interface ServiceStub extends AsyncDisposable {
  readonly address: string;
  /** Paths that asked for a socket, in their order. */
  readonly upgrades: string[];
  readonly sockets: Set<WebSocket>;
  /** What is answered at this path (without its query) instead. */
  on(path: string, listener: Listener): void;
}

export async function aService(service: string, address: string, port: number): Promise<ServiceStub> {
  const listeners = new Map<string, Listener>();
  const upgrades: string[] = [];
  const server = createServer(async (request, response) => {
    const own = listeners.get(request.url!.split('?')[0]!);
    if (own) return own(request, response);
    let bytes = 0;
    // Who goes in the middle of a body is answered nothing.
    try {
      for await (const piece of request) bytes += (piece as Buffer).length;
    } catch {
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ service, url: request.url!, headers: request.headers, bytes } satisfies Seen));
  });
  const wire = new WebSocketServer({ server });
  wire.on('connection', (socket, request) => {
    upgrades.push(request.url!);
    socket.on('message', (words) => socket.send(words));
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {
    address,
    upgrades,
    sockets: wire.clients,
    on: (path, listener) => void listeners.set(path, listener),
    async [Symbol.asyncDispose]() {
      for (const socket of wire.clients) socket.terminate();
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
