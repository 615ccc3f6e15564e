import { type AddressClaims, type MediaKind, ProblemBody, type Role, type VariantName } from '@cowrite/contract';
import { createLogger } from '@cowrite/service-kit';
import { aDatabase, type TestDatabase } from '@cowrite/service-kit/testing';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMedia, type Media } from '../app.ts';
import { MediaConfig } from '../config.ts';

const { privateKey, publicKey } = await generateKeyPair('EdDSA');
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), alg: 'EdDSA' }] });

/** Someone who is signed in, with a role in the house's one work. */
interface Someone {
  userId: string;
  signInId: string;
}

/** The service on a port of its own, over a database with one work; tickets and addresses are signed here as core would. */
export interface House extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly projectId: string;
  readonly owner: Someone;
  readonly url: string;
  /** Where its files are. */
  readonly folder: string;
  readonly media: Media;
  /** The service's time, moved by hand from the real one. */
  pass(ms: number): void;
  someone(role: Role | null): Promise<Someone>;
  ticket(kind: MediaKind, options?: { of?: Someone; projectId?: string; lifeS?: number; claims?: Record<string, unknown>; audience?: string }): Promise<string>;
  address(blobId: string, variant: VariantName, options?: { of?: Someone; projectId?: string; lifeS?: number; audience?: string; type?: string }): Promise<string>;
  /** A request as it is. */
  ask(method: string, path: string, options?: { ticket?: string; headers?: Record<string, string>; body?: Uint8Array }): Promise<Answer>;
  /** A whole upload, as a client does it: made, then sent. */
  upload(file: Uint8Array, options?: { kind?: MediaKind; of?: Someone; ticket?: string }): Promise<Answer & { id: string }>;
  /** The service stops and another one begins on the same database and folder. */
  restart(): Promise<void>;
}

interface Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
  /** The code of the problem, when it is one. */
  code: string | undefined;
}

export async function aHouse(environment: Record<string, string> = {}): Promise<House> {
  const database = await aDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'cowrite-media-'));
  let passedMs = 0;
  const config = MediaConfig.parse({ NODE_ENV: 'test', DATABASE_URL: database.url, COWRITE_MEDIA_DIR: folder, PORT: '0', HOST: '127.0.0.1', ...environment });
  const begin = () => createMedia({ config, logger: createLogger({ service: 'media', level: process.env['TEST_LOG'] ?? 'silent' }), keys, now: () => new Date(Date.now() + passedMs) });
  let media = begin();
  let url = `http://127.0.0.1:${await media.listen()}`;
  const projectId = await aWork(database);
  const someone = (role: Role | null) => aPerson(database, projectId, role);
  const owner = await someone('owner');

  const sign = (claims: Record<string, unknown>, { audience, type, lifeS }: { audience: string; type: string; lifeS: number }) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: type })
      .setAudience(audience)
      .setExpirationTime(Math.floor((Date.now() + passedMs) / 1000) + lifeS)
      .sign(privateKey);
  const house: House = {
    database,
    projectId,
    owner,
    folder,
    get url() {
      return url;
    },
    get media() {
      return media;
    },
    pass: (ms) => void (passedMs += ms),
    someone,
    ticket: (kind, { of = owner, projectId: project = projectId, lifeS = 30, claims = {}, audience = 'cowrite-media' } = {}) =>
      sign({ jti: randomUUID(), sub: of.userId, name: '김유정', colour: 1, project, role: 'owner', credential: { kind: 'sign-in', id: of.signInId }, media: kind, ...claims }, { audience, type: 'ticket+jwt', lifeS }),
    async address(blobId, variant, { of = owner, projectId: project = projectId, lifeS = 600, audience = 'cowrite-media', type = 'address+jwt' } = {}) {
      const claims = { sub: of.userId, project, credential: { kind: 'sign-in', id: of.signInId }, blob: blobId, variant } as AddressClaims;
      return `/blobs/${blobId}/${variant}?key=${await sign(claims, { audience, type, lifeS })}`;
    },
    async ask(method, path, { ticket, headers = {}, body } = {}) {
      const response = await fetch(url + path, { method, headers: { ...(ticket === undefined ? {} : { authorization: `Bearer ${ticket}`, 'tus-resumable': '1.0.0' }), ...headers }, ...(body === undefined ? {} : { body }) });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') && bytes.length > 0;
      return { status: response.status, headers: response.headers, bytes, code: isProblem ? ProblemBody.parse(JSON.parse(new TextDecoder().decode(bytes))).code : undefined };
    },
    async upload(file, { kind = 'image', of = owner, ticket } = {}) {
      const shown = ticket ?? (await house.ticket(kind, { of }));
      const made = await house.ask('POST', '/uploads', { ticket: shown, headers: { 'upload-length': String(file.length) } });
      if (made.status !== 201) return { ...made, id: '' };
      const location = made.headers.get('location')!;
      const sent = await house.ask('PATCH', `/${location}`, { ticket: shown, headers: { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }, body: file });
      return { ...sent, id: location.slice('uploads/'.length) };
    },
    async restart() {
      await media.close();
      media = begin();
      url = `http://127.0.0.1:${await media.listen()}`;
    },
    async [Symbol.asyncDispose]() {
      await media.close();
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return house;
}

async function aWork({ pool }: TestDatabase): Promise<string> {
  const id = randomUUID();
  await pool.query("INSERT INTO core.project (id, title, description, genre, settings, state, rev, seq, created_at, updated_at) VALUES ($1, '동백꽃', '', '', '{}', 'active', 1, 0, now(), now())", [id]);
  return id;
}

async function aPerson({ pool }: TestDatabase, projectId: string, role: Role | null): Promise<Someone> {
  const [userId, signInId] = [randomUUID(), randomUUID()];
  await pool.query("INSERT INTO core.account (id, email, name, password_hash, locale, created_at) VALUES ($1, $2, '김유정', 'x', 'ko', now())", [userId, `${userId}@example.com`]);
  await pool.query("INSERT INTO core.sign_in (id, user_id, user_agent, created_at, last_used_at, expires_at) VALUES ($1, $2, '', now(), now(), now() + interval '30 days')", [signInId, userId]);
  if (role !== null) await pool.query('INSERT INTO core.member (project_id, user_id, role, colour, joined_at) VALUES ($1, $2, $3, 1, now())', [projectId, userId, role]);
  return { userId, signInId };
}
