import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { CLOSE, DocumentId } from '@cowrite/contract';
import { cameThroughProxy, isTracing, type Logger, type Registry, requestId, traced } from '@cowrite/service-kit';
import { WebSocketServer } from 'ws';
import { Doorway } from './doorway.ts';
import { type Grant, type Grants, Refused } from '@cowrite/service-kit/grants';
import { HocuspocusConnection } from './hocuspocus-wire.ts';
import { allowOrigin, answer, answerPreflight } from './http.ts';
import type { HttpStream } from './http-stream.ts';
import type { RoomHost } from './room-host.ts';
import { Socket } from './socket.ts';
import { type StreamOptions, Streams } from './streams.ts';
import { StudioConnection, type StudioWireOptions } from './studio-wire.ts';
import type { Visitors } from './visitors.ts';
import { YjsConnection } from './yjs-wire.ts';

export interface GatewayOptions extends StudioWireOptions, StreamOptions {
  origins: ReadonlySet<string>;
  /** Clients on their way in at once; how many may wait for a place among them, and how long. */
  strangersMax: number;
  waitingMax: number;
  waitingForMs: number;
  isReady: () => Promise<boolean>;
  registry: Registry;
  grants: Grants;
  host: RoomHost;
  visitors: Visitors;
  logger: Logger;
}

type Connection = StudioConnection | YjsConnection | HocuspocusConnection;

/** Where clients come in: three wires on one port, each credential checked before anything is taken from it. */
export class Gateway {
  readonly streams: Streams;
  readonly #options: GatewayOptions;
  readonly #servers: Server[] = [];
  readonly #sockets: WebSocketServer;
  readonly #doorway: Doorway;
  readonly #connections = new Set<Connection>();
  #draining = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#doorway = new Doorway({ places: options.strangersMax, waitingMax: options.waitingMax, patienceMs: options.waitingForMs });
    this.streams = new Streams(options, {
      connect: (stream, leave) => {
        const connection = this.#strangerMustSpeak(new StudioConnection(stream, options), leave);
        this.#connections.add(connection);
        return connection;
      },
      hear: (connection, stream, frame) => this.#hear(connection, stream, frame),
      ended: (connection) => this.#ended(connection),
    });
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.frameBytesMax,
      perMessageDeflate: false,
      // Exactly one of those offered: the one that carries the credential, or ours.
      handleProtocols: (offered) => [...offered].find((protocol) => /^(ticket|token)\./.test(protocol)) ?? [...offered][0] ?? false,
    });
  }

  /** @returns the port, the same for every address. */
  async listen(hosts: readonly string[], port: number): Promise<number> {
    let taken = port;
    for (const host of hosts) {
      const server = createServer((request, response) => void this.#answer(request, response));
      server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(taken, host, resolve);
      }).catch((error: NodeJS.ErrnoException) => {
        // A machine without IPv6 has no ::1; any other address that cannot be had is a mistake to report.
        if (host === '::1' && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code ?? '')) return;
        throw error;
      });
      if (!server.listening) continue;
      taken = (server.address() as AddressInfo).port;
      this.#servers.push(server);
    }
    return taken;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0] ?? '';
    const isAllowed = allowOrigin(request, response, this.#options.origins);
    const send = (status: number, body: object) => response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
    if (path === '/health') return void send(200, { status: 'ok' });
    if (path === '/health/ready') {
      const ready = !this.#draining && (await this.#options.isReady());
      return void send(ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable' });
    }
    if (path === '/metrics' && !cameThroughProxy(request.headers)) {
      const { registry } = this.#options;
      return void response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(await registry.metrics());
    }
    const door = this.#doorAt(path);
    if (!door) return void send(404, { status: 'not-found' });
    if (!isAllowed) return answer(response, 403);
    if (request.method === 'OPTIONS') return answerPreflight(response);
    if (request.method !== door.method) return answer(response, 405);
    try {
      await follow(request, door.route, () => door.open(request, response), response);
    } catch (error) {
      // Who went in the middle of a sentence is answered nothing.
      if (request.destroyed && !request.complete) return;
      this.#options.logger.warn({ err: error }, 'a request failed');
      answer(response, 503);
    }
  }

  #doorAt(path: string): { method: string; route: string; open: (request: IncomingMessage, response: ServerResponse) => Promise<void> } | null {
    if (path === '/v1/streams') return { method: 'POST', route: '/v1/streams', open: (request, response) => this.#beginStream(request, response) };
    const streamId = /^\/v1\/streams\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/frames$/.exec(path)?.[1];
    if (streamId) return { method: 'POST', route: '/v1/streams/:streamId/frames', open: (request, response) => this.streams.take(request, response, streamId) };
    const snapshot = /^\/v1\/snapshots\/([^/]+)\/(\d+)\.(\d+)$/.exec(path);
    const documentId = DocumentId.safeParse(snapshot?.[1]);
    if (!snapshot || !documentId.success) return null;
    const named = { documentId: documentId.data, epoch: Number(snapshot[2]), version: Number(snapshot[3]) };
    return { method: 'GET', route: '/v1/snapshots/:documentId/:version', open: (request, response) => this.#options.snapshots.answer(request, response, named) };
  }

  async #beginStream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const leave = await this.#enter(response);
    if (!leave) return answer(response, 503);
    await this.streams.begin(request, response, leave);
  }

  async #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    stream.on('error', () => stream.destroy());
    try {
      const { origin } = request.headers;
      if (origin !== undefined && !this.#options.origins.has(origin)) return refuse(stream, 403, 'Forbidden');
      const path = request.url?.split('?', 1)[0] ?? '';
      const yjs = /^\/yjs\/([^/]+)$/.exec(path);
      if (!yjs && path !== '/v1' && path !== '/hocuspocus') return refuse(stream, 404, 'Not Found');
      await follow(request, yjs ? '/yjs/:documentId' : path, () => this.#letIn(path, yjs?.[1], request, stream, head));
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'an upgrade failed');
      refuse(stream, 503, 'Service Unavailable');
    }
  }

  async #letIn(path: string, yjs: string | undefined, request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const leave = await this.#enter(stream);
    if (!leave) return refuse(stream, 503, 'Service Unavailable');
    if (yjs !== undefined) return traced('join', { 'cowrite.wire': 'yjs' }, () => this.#upgradeYjs(decodeOnce(yjs), request, stream, head)).finally(leave);
    this.#accept(request, stream, head, (socket) => this.#strangerMustSpeak(path === '/v1' ? new StudioConnection(socket, this.#options) : new HocuspocusConnection({ ...this.#options, socket }), leave));
  }

  /** A place among those on their way in, given back by calling what is answered, or by the client's going; null: none. */
  async #enter(client: Duplex | ServerResponse): Promise<(() => void) | null> {
    const gone = new AbortController();
    client.once('close', () => gone.abort());
    if (!(await this.#doorway.enter(gone.signal))) return null;
    let isInside = true;
    const leave = () => {
      if (isInside) this.#doorway.leave();
      isInside = false;
    };
    if (gone.signal.aborted) leave();
    else client.once('close', leave);
    return isInside ? leave : null;
  }

  /** y-websocket backs off on a refused upgrade and not on a close: the credential is checked before the handshake. */
  async #upgradeYjs(name: string, request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const documentId = DocumentId.safeParse(name);
    if (!documentId.success) return refuse(stream, 404, 'Not Found');
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((entry) => entry.trim());
    const ticket = offered.find((entry) => entry.startsWith('ticket.'))?.slice('ticket.'.length);
    const token = offered.find((entry) => entry.startsWith('token.'))?.slice('token.'.length);
    let grant: Grant;
    try {
      if (ticket !== undefined) grant = await this.#options.grants.byTicket(ticket);
      else if (token !== undefined) grant = await this.#options.grants.byToken(token, documentId.data);
      else return refuse(stream, 401, 'Unauthorized');
      const place = await this.#options.grants.place(documentId.data);
      if (grant.documentId !== documentId.data || !place || place.trashed) throw new Refused('hidden');
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return error.why === 'hidden' ? refuse(stream, 403, 'Forbidden') : refuse(stream, 401, 'Unauthorized');
    }
    const { host, visitors } = this.#options;
    if (!visitors.admit(grant.who.userId)) return refuse(stream, 503, 'Service Unavailable');
    try {
      const room = await host.open(documentId.data);
      this.#accept(request, stream, head, (socket) => new YjsConnection({ ...this.#options, socket, room, grant }));
    } catch (error) {
      visitors.dismiss(grant.who.userId);
      throw error;
    }
  }

  #accept(request: IncomingMessage, stream: Duplex, head: Buffer, connect: (socket: Socket) => Connection): void {
    this.#sockets.handleUpgrade(request, stream, head, (ws) => {
      const { carrierLimits, clock, turn } = this.#options;
      const socket = new Socket(ws, carrierLimits, clock, turn);
      const connection = connect(socket);
      this.#connections.add(connection);
      ws.on('message', (data: Buffer, isBinary) => {
        if (isBinary) this.#hear(connection, socket, data);
        else connection.close(CLOSE.malformed, 'binary messages only');
      });
      // The library closes with the right code (1009, 1007 …) by itself; without a listener Node would end the process.
      ws.on('error', () => undefined);
      ws.on('close', () => this.#ended(connection));
    });
  }

  #hear(connection: Connection, carrier: Socket | HttpStream, message: Uint8Array): void {
    if (!carrier.admits(message.length)) return connection.close(CLOSE.overloaded, 'too much at once');
    try {
      connection.receive(message);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a message could not be handled');
      connection.close(CLOSE.shedding, 'please come back');
    }
  }

  #ended(connection: Connection): void {
    this.#connections.delete(connection);
    connection.ended();
  }

  #strangerMustSpeak<C extends StudioConnection | HocuspocusConnection>(connection: C, leave: () => void): C {
    connection.onKnown = leave;
    setTimeout(() => {
      if (!connection.isStranger) return;
      connection.close(CLOSE.ticketSpent, 'no credential was shown');
      // Those behind do not wait for the farewell of someone who says nothing.
      leave();
    }, this.#options.helloWithinMs).unref();
    return connection;
  }

  /** What is to be counted here. */
  get counts() {
    return {
      sockets: () => {
        const sockets = { studio: 0, hocuspocus: 0, yjs: 0 };
        for (const connection of this.#connections) sockets[connection instanceof StudioConnection ? 'studio' : connection instanceof HocuspocusConnection ? 'hocuspocus' : 'yjs'] += 1;
        return sockets;
      },
      strangers: () => this.#doorway.counts,
    };
  }

  heartbeat(): void {
    for (const connection of this.#connections) connection.heartbeat();
  }

  /** Lengths of a scene after it settled, for everyone in its project. */
  hint(projectId: string, json: string): void {
    for (const connection of this.#connections) if (connection instanceof StudioConnection && !connection.isStranger && connection.projectId === projectId) connection.hint(json);
  }

  /** No one new comes in; everyone is told to come back in a moment. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#doorway.close();
    for (const connection of this.#connections) connection.close(CLOSE.restarting, 'restarting');
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** What is done for a request as a span, in the trace that its caller told of. A stream is begun in it, and outlives it. */
function follow(request: IncomingMessage, route: string, work: () => Promise<void>, response?: ServerResponse): Promise<void> {
  if (!isTracing()) return work();
  const { traceparent } = request.headers;
  return traced(
    'request',
    { 'http.request.method': request.method ?? '', 'http.route': route, 'cowrite.request_id': requestId(request) },
    async (span) => {
      await work();
      if (response) span?.tell({ 'http.response.status_code': response.statusCode });
    },
    { kind: 'server', parent: typeof traceparent === 'string' ? traceparent : null },
  );
}

function refuse(stream: Duplex, status: number, reason: string): void {
  if (!stream.writable) return;
  stream.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Percent-decoded once; what does not decode names no document. */
function decodeOnce(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return '';
  }
}
