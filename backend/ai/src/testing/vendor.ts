import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aWav } from './recordings.ts';
import { type End, type Wire, WIRES } from './wires.ts';

/** What the stand-in answers to one request. */
export interface Script {
  /** What comes, piece by piece; at a gate it waits until the test opens it. */
  pieces?: readonly (string | { gate: string })[];
  /** How it ends: as it should, or in one of the ways in which answers end otherwise. `hang`: it never does. */
  end?: End | 'cut' | 'malformed' | 'hang';
  usage?: { in: number; out: number };
  /** A failure in the place of an answer. */
  status?: number;
  headers?: Record<string, string>;
  /** Bytes of one write, so that what is sent is cut anywhere, also within a letter. */
  bytesAtOnce?: number;
}

/** A request as it came. */
interface Received {
  wire: Wire;
  headers: Record<string, string>;
  /** Byte for byte, as text. */
  body: string;
  /** What of it the model reads. */
  messages: { system: string; user: string };
  model: string;
}

/** A recording as it came to be written down. */
interface Heard {
  authorization: string | undefined;
  model: string;
  format: string;
  name: string;
  type: string;
  bytes: Buffer;
}

/** What was said in it, with what the maker counted if it counts, or the status of a failure. */
type Hearing = { text: string; usage?: object } | { status: number };

/** A text as it came to be spoken. */
interface Spoken {
  authorization: string | undefined;
  asked: unknown;
}

/** The sound of it, piece by piece, with gates as in a script and, where it breaks off, `cut`; or the status of a failure. */
type Speaking = { pieces: readonly (Uint8Array | { gate: string })[]; cut?: boolean } | { status: number };

/**
 * A maker of models that is none: one local server that speaks the three wires as they are documented, from scripts that a
 * test gives. It keeps what it received and counts the streams that are open.
 */
export interface Vendor extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Received[];
  /** What was sent to be turned into numbers, call by call. */
  readonly embedded: readonly { model: string; input: readonly string[]; dimensions: number | undefined }[];
  /** What a text means, in numbers, or the status of a failure; by its syllables until a test says otherwise. */
  meaning: (text: string) => readonly number[] | { status: number };
  /** What was sent to be written down. */
  readonly heard: readonly Heard[];
  /** What is said in a recording; nothing until a test says otherwise. */
  hearing: (recording: Heard) => Hearing | Promise<Hearing>;
  /** What was sent to be spoken. */
  readonly spoken: readonly Spoken[];
  /** How a text sounds; a second of a tone until a test says otherwise. */
  speaking: (text: string) => Speaking;
  /** Streams that are open at this moment, and recordings that are being listened to. */
  readonly streams: number;
  /** What the next requests are answered, in their order. Without any left, what `always` says. */
  next(...scripts: readonly Script[]): void;
  always(answer: (request: Received) => Script): void;
  /** Opens a gate, for whoever waits there and whoever comes. */
  open(gate: string): void;
  /** Resolves when the number of open streams has become `count`. */
  untilStreams(count: number): Promise<void>;
  /** Resolves when `count` requests have come. */
  untilRequests(count: number): Promise<void>;
}

export async function aVendor({ host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {}): Promise<Vendor> {
  const requests: Received[] = [];
  const embedded: { model: string; input: readonly string[]; dimensions: number | undefined }[] = [];
  const heard: Heard[] = [];
  const spoken: Spoken[] = [];
  const scripts: Script[] = [];
  const gates = new Map<string, { opened: Promise<void>; open: () => void }>();
  const open = new Set<ServerResponse>();
  const waiting = new Set<{ isMet: () => boolean; done: () => void }>();
  let otherwise = (_request: Received): Script => ({ status: 500 });

  const look = (): void => {
    for (const each of waiting)
      if (each.isMet()) {
        waiting.delete(each);
        each.done();
      }
  };
  const until = (isMet: () => boolean): Promise<void> =>
    new Promise((done) => {
      waiting.add({ isMet, done });
      look();
    });
  const gate = (name: string) => {
    const known = gates.get(name) ?? withOpener();
    gates.set(name, known);
    return known;
  };

  async function answer(request: Received, response: ServerResponse): Promise<void> {
    const script = scripts.shift() ?? otherwise(request);
    const wire = WIRES[request.wire];
    if (script.status !== undefined) {
      response.writeHead(script.status, { 'content-type': 'application/json', ...script.headers }).end(JSON.stringify(wire.failure(script.status)));
      return;
    }
    open.add(response);
    look();
    const gone = new Promise<void>((done) =>
      response.once('close', () => {
        open.delete(response);
        look();
        done();
      }),
    );
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...script.headers });
    response.flushHeaders();
    const write = async (text: string): Promise<void> => {
      const bytes = Buffer.from(text);
      const size = script.bytesAtOnce ?? bytes.length;
      for (let at = 0; at < bytes.length && !response.destroyed; at += size) await new Promise<void>((done) => void response.write(bytes.subarray(at, at + size), () => done()));
    };
    const usage = script.usage ?? { in: 100, out: 20 };
    await write(wire.begins(request.model, usage));
    for (const piece of script.pieces ?? []) {
      if (typeof piece === 'string') await write(wire.says(piece));
      else await Promise.race([gate(piece.gate).opened, gone]);
      if (response.destroyed) return;
    }
    switch (script.end ?? 'stop') {
      case 'hang':
        return;
      case 'cut':
        response.destroy();
        return;
      case 'malformed':
        await write('data: {"this is": not JSON\n\n');
        response.end();
        return;
      case 'stop':
      case 'length':
      case 'refusal':
        await write(wire.ends((script.end ?? 'stop') as End, usage));
        response.end();
    }
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then(async (bytes) => {
      const path = request.url!.split('?')[0]!;
      if (path.endsWith('/audio/transcriptions') && request.method === 'POST') return hear(request, bytes, response);
      const body = bytes.toString('utf8');
      if (path.endsWith('/audio/speech') && request.method === 'POST') return speak(request, body, response);
      if (path.endsWith('/embeddings') && request.method === 'POST') return embed(body, response);
      const wire = (Object.keys(WIRES) as Wire[]).find((each) => path.endsWith(WIRES[each].path));
      if (wire === undefined || request.method !== 'POST') return control(request.method!, path, body, response);
      const parsed = JSON.parse(body) as { model: string };
      const received: Received = { wire, headers: request.headers as Record<string, string>, body, messages: WIRES[wire].messages(parsed), model: parsed.model };
      requests.push(received);
      look();
      return answer(received, response);
    });
  });

  /** OpenAI’s `/v1/embeddings`, which local servers speak as well. */
  function embed(body: string, response: ServerResponse): void {
    const { model, input, dimensions } = JSON.parse(body) as { model: string; input: string[]; dimensions?: number };
    embedded.push({ model, input, dimensions });
    const meanings = input.map((text) => vendor.meaning(text));
    const failure = meanings.find((meaning) => 'status' in meaning);
    const [status, said] =
      failure === undefined
        ? [200, { object: 'list', model, data: meanings.map((embedding, index) => ({ object: 'embedding', index, embedding })), usage: { prompt_tokens: input.length * 10, total_tokens: input.length * 10 } }]
        : [(failure as { status: number }).status, WIRES.chat.failure((failure as { status: number }).status)];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  }

  /** Counts it as open until it is over. */
  function counted(response: ServerResponse): void {
    open.add(response);
    response.once('close', () => {
      open.delete(response);
      look();
    });
    look();
  }

  /** OpenAI’s `/v1/audio/speech`: JSON in, sound out. */
  async function speak({ headers }: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const asked = JSON.parse(body) as { input: string };
    spoken.push({ authorization: headers.authorization, asked });
    const speaking = vendor.speaking(asked.input);
    counted(response);
    if ('status' in speaking) {
      response.writeHead(speaking.status, { 'content-type': 'application/json' }).end(JSON.stringify(WIRES.chat.failure(speaking.status)));
      return;
    }
    const gone = new Promise((done) => response.once('close', done));
    // Some servers say this of any sound.
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    for (const piece of speaking.pieces) {
      if (piece instanceof Uint8Array) await new Promise<void>((done) => void response.write(piece, () => done()));
      else await Promise.race([gate(piece.gate).opened, gone]);
      if (response.destroyed) return;
    }
    if (speaking.cut) response.destroy();
    else response.end();
  }

  /** OpenAI’s `/v1/audio/transcriptions`: a form with the recording as a file. */
  async function hear({ headers }: IncomingMessage, bytes: Buffer, response: ServerResponse): Promise<void> {
    const form = await new Response(Uint8Array.from(bytes), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
    const [file, word] = [form.get('file') as File, (name: string) => String(form.get(name))];
    const recording = { authorization: headers.authorization, model: word('model'), format: word('response_format'), name: file.name, type: file.type, bytes: Buffer.from(await file.arrayBuffer()) };
    heard.push(recording);
    counted(response);
    const hearing = await vendor.hearing(recording);
    const [status, said] = 'status' in hearing ? [hearing.status, WIRES.chat.failure(hearing.status)] : [200, hearing];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  }

  /** For a process of its own: `PUT /script` with a list, `GET /requests`, `POST /gates/name`. */
  function control(method: string, path: string, body: string, response: ServerResponse): void {
    const say = (status: number, value: unknown = null) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (method === 'PUT' && path === '/script') {
      scripts.splice(0, scripts.length, ...(JSON.parse(body) as Script[]));
      return say(200);
    }
    if (method === 'GET' && path === '/requests') return say(200, { requests, streams: open.size });
    if (method === 'POST' && path.startsWith('/gates/')) {
      gate(decodeURIComponent(path.slice('/gates/'.length))).open();
      return say(200);
    }
    return say(404);
  }

  await new Promise<void>((listening) => server.listen(port, host, listening));
  const vendor: Vendor = {
    embedded,
    meaning: bySyllables,
    heard,
    hearing: () => ({ text: '' }),
    spoken,
    speaking: () => ({ pieces: [aWav(1)] }),
    url: `http://${host}:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get streams() {
      return open.size;
    },
    next: (...more) => void scripts.push(...more),
    always: (answering) => void (otherwise = answering),
    open: (name) => gate(name).open(),
    untilStreams: (count) => until(() => open.size === count),
    untilRequests: (count) => until(() => requests.length >= count),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return vendor;
}

const PARTS = 64;

/** Texts that have syllables in common point nearly the same way: each syllable is one of so many directions. The same text, the same numbers. */
function bySyllables(text: string): number[] {
  const numbers = Array.from({ length: PARTS }, () => 0);
  for (const syllable of text) if (/[\p{L}\p{N}]/u.test(syllable)) numbers[syllable.codePointAt(0)! % PARTS]! += 1;
  return numbers.some((number) => number > 0) ? numbers : numbers.fill(1);
}

function withOpener(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
