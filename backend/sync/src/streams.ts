import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CLOSE, type CloseCode } from '@cowrite/contract';
import type { Logger } from '@cowrite/service-kit';
import { Malformed, readBatch, readStreamRequest, type StreamRequest, uuidText, writeBatch } from '@cowrite/sync-core';
import type { CarrierLimits } from './carrier.ts';
import { answer, readBody } from './http.ts';
import { HttpStream } from './http-stream.ts';
import type { StreamInbox } from './stream-inbox.ts';
import type { StudioConnection } from './studio-wire.ts';
import type { Turn } from './turn.ts';

export interface StreamOptions {
  inbox: StreamInbox;
  carrierLimits: CarrierLimits;
  frameBytesMax: number;
  helloWithinMs: number;
  clock: () => number;
  turn: Turn;
  logger: Logger;
}

/** What the gateway does for a stream as it does for a socket. */
interface Home {
  /** `known` is called when the client has shown who it is. */
  connect(stream: HttpStream, known: () => void): StudioConnection;
  hear(connection: StudioConnection, stream: HttpStream, frame: Uint8Array): void;
  ended(connection: StudioConnection): void;
}

interface OpenStream {
  stream: HttpStream;
  connection: StudioConnection;
  /** Looks into the inbox, one after another: two at once would disturb the order. */
  collecting: Promise<void>;
}

/** A hello with its ticket is a thousandth of this; nobody has shown a credential before it. */
const HELLO_BYTES_MAX = 16 * 1024;
/** A slow line takes minutes for a large paste, and nobody waits for it. */
const REQUEST_WITHIN_MS = 120_000;

/** The studio's wire over HTTP. This node holds some streams; requests of others are laid down for the node that does. */
export class Streams {
  readonly #options: StreamOptions;
  readonly #home: Home;
  readonly #open = new Map<string, OpenStream>();

  constructor(options: StreamOptions, home: Home) {
    this.#options = options;
    this.#home = home;
  }

  /** `POST /v1/streams`: the request brings the hello, the answer is the stream. */
  async begin(request: IncomingMessage, response: ServerResponse, known: () => void): Promise<void> {
    const { inbox, carrierLimits: limits, helloWithinMs, clock, turn, logger } = this.#options;
    const hello = await this.#read(request, response, HELLO_BYTES_MAX, helloWithinMs);
    // Whoever is gone already would never be heard to go.
    if (!hello || response.destroyed) return;
    if (hello.number !== 0) return answer(response, 400);
    const id = uuidText(randomBytes(16));
    let isAnnounced = false;
    const stream = new HttpStream({
      id,
      response,
      limits,
      clock,
      turn,
      announce: () => {
        isAnnounced = true;
        return inbox.announce(id);
      },
    });
    const open: OpenStream = { stream, connection: this.#home.connect(stream, known), collecting: Promise.resolve() };
    this.#open.set(id, open);
    response.on('error', () => undefined);
    response.on('close', () => {
      this.#open.delete(id);
      this.#home.ended(open.connection);
      if (isAnnounced) inbox.forget(id).catch((error: unknown) => logger.warn({ err: error }, 'a stream could not be forgotten; the sweep will'));
    });
    this.#hearAll(open, hello.frames);
  }

  /** `POST /v1/streams/:streamId/frames` */
  async take(request: IncomingMessage, response: ServerResponse, streamId: string): Promise<void> {
    const { inbox, frameBytesMax } = this.#options;
    // Asked before the body is read: nobody fills this node's memory with what belongs to no stream.
    if (!this.#open.has(streamId) && !(await inbox.isHeld(streamId))) return answer(response, 404);
    const taken = await this.#read(request, response, frameBytesMax, REQUEST_WITHIN_MS, (code, reason) => this.#open.get(streamId)?.connection.close(code, reason));
    if (!taken) return;
    const open = this.#open.get(streamId);
    if (!open) {
      const laid = await inbox.lay(streamId, taken.number, writeBatch(taken.frames));
      return answer(response, laid === 'laid' ? 204 : laid === 'full' ? 429 : 404);
    }
    // An earlier request may have gone to another node.
    if (taken.number > open.stream.taken + 1) await this.#collect(open);
    if (!open.stream.isOpen) return answer(response, 404);
    if (taken.number > open.stream.taken + 1) return answer(response, 409);
    this.#hear(open, taken);
    answer(response, 204);
  }

  /** Reads a request; answers it by itself and gives null when it is none. */
  async #read(request: IncomingMessage, response: ServerResponse, bytesMax: number, withinMs: number, end: (code: CloseCode, reason: string) => void = () => undefined): Promise<StreamRequest | null> {
    const body = await readBody(request, { bytesMax, withinMs });
    if (!body) {
      end(CLOSE.overloaded, 'too much at once');
      answer(response, 413, { connection: 'close' });
      return null;
    }
    try {
      return readStreamRequest(body);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      end(CLOSE.malformed, 'not a request');
      answer(response, 400);
      return null;
    }
  }

  /** A request that comes again was taken already. */
  #hear(open: OpenStream, { number, frames }: StreamRequest): void {
    if (number <= open.stream.taken) return;
    open.stream.taken = number;
    this.#hearAll(open, frames);
  }

  #hearAll({ stream, connection }: OpenStream, frames: readonly Uint8Array[]): void {
    for (const frame of frames) if (stream.isOpen) this.#home.hear(connection, stream, frame);
  }

  /** Another node laid something down for a stream. */
  look(streamId: string): void {
    const open = this.#open.get(streamId);
    if (open) void this.#collect(open);
  }

  #collect(open: OpenStream): Promise<void> {
    const { inbox, logger } = this.#options;
    open.collecting = open.collecting
      .then(async () => {
        for (const { number, frames } of await inbox.take(open.stream.id)) {
          if (number > open.stream.taken + 1) return open.connection.close(CLOSE.malformed, 'a request is missing');
          this.#hear(open, { number, frames: readBatch(frames) });
        }
      })
      .catch((error: unknown) => logger.warn({ err: error }, 'what was laid down for a stream could not be taken; the next look will'));
    return open.collecting;
  }

  /** What a lost notification would have said. */
  lookEverywhere(): void {
    const { inbox, logger } = this.#options;
    if (this.#open.size === 0) return;
    inbox
      .waiting()
      .then((streamIds) => streamIds.forEach((streamId) => this.look(streamId)))
      .catch((error: unknown) => logger.warn({ err: error }, 'what was laid down for streams could not be looked for; the next look will'));
  }

  /** Clears what is left of streams that are over. */
  sweep(): void {
    const { inbox, logger } = this.#options;
    inbox.sweep([...this.#open.keys()]).catch((error: unknown) => logger.warn({ err: error }, 'streams that are over could not be cleared; the next sweep will'));
  }
}
