import { ProblemBody, type ProblemCode, PROBLEMS, type Route } from '@cowrite/contract';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** Words of an example, by the name of the property they stand in. */
const SAMPLES: Record<string, unknown> = {
  email: 'yujeong@example.com',
  password: '봄봄 동백꽃 1936',
  current: '봄봄 동백꽃 1936',
  next: '금 따는 콩밭 1935',
  name: '김유정',
  invitedBy: '김유정',
  createdBy: '김유정',
  title: '동백꽃',
  projectTitle: '동백꽃',
  description: '산골 소년과 점순이의 봄.',
  genre: '드라마',
  label: '퇴고',
  note: '닭싸움 장면을 먼저.',
  code: 'k3Jx9Qb2mV7tYw1Lr5Zc8Nf0Hd4Gs6Pa',
  url: 'https://studio.example/invitations/k3Jx9Qb2mV7tYw1Lr5Zc8Nf0Hd4Gs6Pa',
  token: 'cwp_4mZ0yXq…',
  ticket: 'eyJhbGciOiJFZERTQSIsInR5cCI6InRpY2tldCtqd3QifQ…',
  userAgent: 'Mozilla/5.0',
  q: '닭싸움',
  orderKey: 'a0',
  vector: 'AACAPwAAAAA=',
  path: ['1부', '1화 닭싸움'],
  before: '오늘도 또 ',
  match: '닭싸움',
  after: '을 붙였다.',
  firstLine: '봄이 왔다.',
  scopes: ['*'],
  expiresInDays: 30,
  expiresInHours: 168,
  rev: 1,
  seq: 12,
  lines: 120,
  status: 'draft',
  language: 'en',
};
const ID = '01932d4e-7c00-7abc-8def-0123456789ab';
const TIME = '2026-11-23T05:00:00.000Z';

const inPlace = (path: string): string => path.replace(/:(\w+)/g, '{$1}');
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
  return rest;
};

/** A value that the JSON schema describes; `name` is the property it stands in. */
export function exampleOf(schema: Json, name = ''): unknown {
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined;
  if (choices !== undefined) return exampleOf(choices.find((choice) => choice['type'] !== 'null') ?? choices[0]!, name);
  if (schema['default'] !== undefined) return schema['default'];
  const sample = SAMPLES[name];
  if (sample !== undefined && schema['type'] === (Array.isArray(sample) ? 'array' : typeof sample === 'number' ? 'integer' : 'string')) return sample;
  switch (schema['type']) {
    case 'object': {
      const properties = (schema['properties'] ?? {}) as Record<string, Json>;
      return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, exampleOf(value, key)]));
    }
    case 'array':
      return [exampleOf((schema['items'] ?? {}) as Json, name.replace(/s$/, ''))];
    case 'string':
      return schema['format'] === 'uuid' ? ID : schema['format'] === 'date-time' ? TIME : '가';
    case 'integer':
    case 'number':
      return Math.max(0, Number(schema['minimum'] ?? 0));
    case 'boolean':
      return false;
    default:
      return null;
  }
}

/** The failures a route can answer with, from what it is: who may call it and what it takes. */
function problemsOf(route: Route): ProblemCode[] {
  const codes: ProblemCode[] = ['too-many-requests', 'internal-error', 'unavailable'];
  if (route.access.kind !== 'public') codes.push('signed-out', 'sign-in-expired');
  if (route.access.kind === 'project') codes.push('forbidden', 'not-found');
  if (route.method !== 'GET') codes.push('foreign-origin');
  if (route.access.kind === 'project' && route.method !== 'GET') codes.push('in-trash');
  if (route.body !== undefined || route.query !== undefined) codes.push('malformed-request', 'invalid-input');
  if (route.body === 'bytes') codes.push('too-large', 'unsupported-type', 'unreadable-text');
  else if (route.body !== undefined) codes.push('unknown-field', 'too-large', 'unsupported-type');
  if (route.params !== undefined) codes.push('not-found');
  return [...new Set(codes)];
}

function operation(tag: string, verb: string, route: Route, security: Json[]): Json {
  const names = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
  const params = route.params === undefined ? {} : ((schemaOf(route.params, 'input')['properties'] ?? {}) as Record<string, Json>);
  const query = route.query === undefined ? {} : schemaOf(route.query, 'input');
  const required = new Set((query['required'] ?? []) as string[]);
  const parameter = (name: string, where: 'path' | 'query' | 'header', schema: Json, needed: boolean) => ({ name, in: where, required: needed, schema, example: exampleOf(schema, name) });
  const body: Json | undefined =
    route.body === undefined
      ? undefined
      : route.body === 'bytes'
        ? { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' }, example: '1화\n\n봄이 왔다.\n' } } }
        : (({ schema }) => ({ required: true, content: { 'application/json': { schema, example: exampleOf(schema) } } }))({ schema: schemaOf(route.body, 'input') });
  const failures: Record<string, Json> = {};
  for (const code of problemsOf(route)) {
    const { status, ko } = PROBLEMS[code];
    const response = (failures[status] ??= { description: '', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples: {} } } }) as {
      description: string;
      content: Record<string, { examples: Json }>;
    };
    response.description = response.description === '' ? code : `${response.description}, ${code}`;
    response.content['application/problem+json']!.examples[code] = { value: { type: `urn:cowrite:problem:${code}`, code, title: ko.replace(/\{\w+\}/g, '…'), status, instance: ID } };
  }
  return {
    operationId: `${tag}.${verb}`,
    tags: [tag],
    summary: route.summary,
    description: route.access.kind === 'project' ? `Needs the ability \`${route.access.needs}\` in the work.` : route.access.kind === 'account' ? 'Needs a sign-in or a personal token.' : 'Anyone may call it.',
    security: route.access.kind === 'public' ? [] : security,
    parameters: [
      ...names.map((name) => parameter(name, 'path', params[name] ?? { type: 'string', format: 'uuid' }, true)),
      ...Object.entries((query['properties'] ?? {}) as Record<string, Json>).map(([name, schema]) => parameter(name, 'query', schema, required.has(name) && schema['default'] === undefined)),
      ...(route.method === 'POST' && route.access.kind !== 'public'
        ? [{ ...parameter('idempotency-key', 'header', { type: 'string', maxLength: 200 }, false), example: 'a3f1c0de-move-7', description: 'The same key with the same request answers the same for a day.' }]
        : []),
    ],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { [route.status]: success(route), ...failures },
  };
}

function success(route: Route): Json {
  if (route.output === undefined) return { description: 'Done.' };
  if (route.output === 'text') return { description: route.summary, content: { 'text/plain': { schema: { type: 'string' }, example: '봄이 왔다.\n\n“누구요?”\n***\n밤이었다.' } } };
  if (route.output === 'sound') return { description: route.summary, content: { 'audio/*': { schema: { type: 'string', format: 'binary' }, example: 'ID3…' } } };
  const schema = schemaOf(route.output, 'output');
  return { description: route.summary, content: { 'application/json': { schema, example: route.example ?? exampleOf(schema) } } };
}

/** What a service says of itself in its OpenAPI document. */
export interface ApiDescription {
  title: string;
  description: string;
  /** Its routes, by tag and verb; a route's operation is named `tag.verb`. */
  tables: Record<string, Record<string, Route>>;
  /** What each tag is called. */
  tags: Record<string, string>;
  /** How callers prove who they are, by name: OpenAPI security schemes. A route that is not public takes any of them. */
  securitySchemes: Record<string, Json>;
}

/** The OpenAPI 3.1 document of a service, from the contract: every route, its parameters, bodies, answers and failures. */
export function openApiDocument({ title, description, tables, tags, securitySchemes }: ApiDescription): Json {
  const security = Object.keys(securitySchemes).map((name) => ({ [name]: [] }));
  const paths: Record<string, Json> = {};
  for (const [tag, table] of Object.entries(tables)) for (const [verb, route] of Object.entries(table)) (paths[inPlace(route.path)] ??= {})[route.method.toLowerCase()] = operation(tag, verb, route, security);
  return {
    openapi: '3.1.0',
    info: { title, version: '0.1.0', description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, words]) => ({ name, description: words })),
    paths,
    components: { schemas: { Problem: schemaOf(ProblemBody, 'output') }, securitySchemes },
  };
}
