import { assistGrants, Problem, PROBLEMS, type ProblemBody, type StoryBrief } from '@cowrite/contract';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';

type BriefAsked = z.output<typeof assistGrants.brief.body>;
type UnreadAsked = z.output<typeof assistGrants.unread.body>;
type Unread = z.output<typeof assistGrants.unread.output>;
type KeepAsked = z.output<typeof assistGrants.keepMeanings.body>;

/** Core, as far as the AI service asks it: keys, mandates and briefs, from data that a test gives. */
export interface CoreStandIn extends AsyncDisposable {
  readonly url: string;
  /** What may be told in a work; a Problem thrown is what core refuses with. */
  tell: (asked: BriefAsked & { projectId: string }) => StoryBrief;
  /** The questions that came, with the right that came with them. */
  readonly asked: (BriefAsked & { projectId: string; right: string })[];
  /** What passages have no numbers yet, or a Problem thrown. None of any work until a test says otherwise. */
  unread: (asked: UnreadAsked & { projectId: string }) => Unread;
  /** The numbers that were given back; as many are kept. */
  readonly kept: (KeepAsked & { projectId: string })[];
  /** What mandates were asked for with. */
  readonly shown: string[];
  sign(claims: Record<string, unknown>, options: { audience: string; lifeS: number }): Promise<string>;
}

const { privateKey, publicKey } = await generateKeyPair('EdDSA');
const jwk = { ...(await exportJWK(publicKey)), alg: 'EdDSA', use: 'sig' };

export async function aCore(): Promise<CoreStandIn> {
  const mandates = new Map<string, string>();
  const core: CoreStandIn = {
    url: '',
    asked: [],
    shown: [],
    kept: [],
    unread: () => ({ on: false, passages: [], more: false }),
    tell: () => {
      throw new Problem('ai-off');
    },
    sign: (claims, { audience, lifeS }) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', typ: 'ticket+jwt' })
        .setAudience(audience)
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifeS)
        .sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    if (request.url === '/.well-known/jwks.json') return { status: 200, body: { keys: [jwk] } };
    const [, projectId, what] = /^\/projects\/([^/]+)\/(assists\/mandates|briefs|meanings\/unread|meanings)$/.exec(request.url ?? '') ?? [];
    const bearer = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    let body = '';
    for await (const piece of request as AsyncIterable<Buffer>) body += piece.toString('utf8');
    try {
      if (projectId === undefined) throw new Problem('not-found');
      if (what === 'assists/mandates') {
        const mandate = `mandate.${randomUUID()}`;
        mandates.set(mandate, projectId);
        core.shown.push(bearer);
        return { status: 201, body: { mandate, expiresAt: new Date(Date.now() + 86_400_000).toISOString() } };
      }
      // A mandate is for one work; a ticket is none.
      if (mandates.get(bearer) !== projectId) throw new Problem('signed-out');
      if (what === 'meanings/unread') return { status: 200, body: core.unread({ ...assistGrants.unread.body.parse(JSON.parse(body)), projectId }) };
      if (what === 'meanings') {
        const given = { ...assistGrants.keepMeanings.body.parse(JSON.parse(body)), projectId };
        core.kept.push(given);
        return { status: 200, body: { kept: given.passages.length } };
      }
      const asked = { ...assistGrants.brief.body.parse(JSON.parse(body)), projectId };
      core.asked.push({ ...asked, right: bearer });
      return { status: 200, body: assistGrants.brief.output.parse(core.tell(asked)) };
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      const { status, ko } = PROBLEMS[failure.code];
      return { status, body: { type: `urn:cowrite:problem:${failure.code}`, code: failure.code, title: ko, status, details: failure.details } satisfies ProblemBody };
    }
  }

  const server = createServer((request, response) => {
    void answer(request)
      .catch((failure: unknown) => ({ status: 500, body: { message: String(failure) } }))
      .then(({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return Object.assign(core, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
