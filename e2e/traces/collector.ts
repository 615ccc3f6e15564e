import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it came over the wire. */
export interface Come {
  service: string;
  name: string;
  /** 1 internal, 2 server, 3 client. */
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  isFailure: boolean;
  facts: Record<string, string | number>;
}

/** Takes OTLP over HTTP in JSON, as a collector does, and keeps every byte. */
export interface Collector extends AsyncDisposable {
  readonly url: string;
  /** Everything that came: the headers and bodies of every request. */
  readonly raw: readonly string[];
  readonly spans: readonly Come[];
}

/** The parts of an ExportTraceServiceRequest that are looked at. */
interface Exported {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: { name: string; kind: number; traceId: string; spanId: string; parentSpanId?: string; status?: { code?: number }; attributes: Attribute[] }[] }[];
  }[];
}
interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number };
}
const factsOf = (attributes: readonly Attribute[]): Record<string, string | number> => Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '?']));

const FAILURE = 2;

/** `host`: an address of this machine that services reach, when they are in containers. */
export async function aCollector(host = '127.0.0.1'): Promise<Collector> {
  const raw: string[] = [];
  const spans: Come[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const body = Buffer.concat(pieces).toString('utf8');
    raw.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`, body);
    if (request.method !== 'POST' || request.url !== '/v1/traces' || request.headers['content-type'] !== 'application/json') {
      response.writeHead(404).end();
      return;
    }
    for (const { resource, scopeSpans } of (JSON.parse(body) as Exported).resourceSpans)
      for (const { name, kind, traceId, spanId, parentSpanId = '', status, attributes } of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({ service: String(factsOf(resource.attributes)['service.name']), name, kind, traceId, spanId, parentSpanId, isFailure: status?.code === FAILURE, facts: factsOf(attributes) });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    raw,
    spans,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
