import { AddressClaims, may, Problem, VariantName } from '@cowrite/contract';
import type { Pool } from '@cowrite/service-kit';
import type { Grants } from '@cowrite/service-kit/grants';
import type { FastifyInstance } from 'fastify';
import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Keeper } from './keeper.ts';
import * as store from './media.store.ts';

/** What a picture's bytes may be used for: to be shown in a page of ours, or saved. Opened by themselves they are nothing. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  // Looked up again each time, and then mostly not sent: a right that was taken away ends at once.
  'cache-control': 'private, no-cache',
  vary: 'Accept, Origin',
};
/** Which format is sent when several would do. */
const BEST = ['image/avif', 'image/webp', 'image/jpeg', 'image/png'];

/**
 * `GET /blobs/:blobId/:variant?key=…`: one size of a picture, to whoever comes with an address that core signed, while the
 * person and sign-in that it was made for may read the work. Whatever is wrong with it, there is nothing at the address.
 */
export function servePictures(instance: FastifyInstance, { pool, keys, grants, keeper, now }: { pool: Pool; keys: JWTVerifyGetKey; grants: Grants; keeper: Keeper; now: () => Date }): void {
  async function mayRead(claims: AddressClaims): Promise<boolean> {
    const [standing] = await grants.standings([{ who: { userId: claims.sub, name: '', colour: 0 }, credential: claims.credential, projectId: claims.project }]);
    return standing !== undefined && standing.alive && standing.role !== null && may(standing.role, 'story.read');
  }

  instance.get('/blobs/:blobId/:variant', async (request, reply) => {
    const { blobId, variant } = request.params as { blobId: string; variant: string };
    const { key } = request.query as { key?: unknown };
    const claims = await claimsOf(key, keys, now());
    if (claims === null || claims.blob !== blobId || claims.variant !== variant || !(await mayRead(claims))) throw new Problem('not-found');
    const kept = await store.variantsOf(pool, claims.project, blobId, VariantName.parse(variant));
    const accepted = request.headers.accept ?? '';
    const chosen = BEST.map((type) => kept.find((each) => each.type === type)).find((each, at) => each !== undefined && (at >= 2 || accepted.includes(each.type)));
    if (chosen === undefined) throw new Problem('not-found');
    const etag = `"${Buffer.from(chosen.sha256).toString('base64url').slice(0, 22)}"`;
    void reply.headers({ ...HEADERS, etag, 'content-type': chosen.type, 'content-disposition': `attachment; filename="${blobId}.${chosen.type.slice('image/'.length)}"` });
    if (request.headers['if-none-match'] === etag) return reply.status(304).send();
    const bytes = await keeper.open(blobId, variant, chosen.type);
    // Removed between the two questions.
    if (bytes === null) throw new Problem('not-found');
    return reply.header('content-length', String(chosen.bytes)).send(bytes);
  });
}

/** What core signed, or null for anything else. */
async function claimsOf(key: unknown, keys: JWTVerifyGetKey, now: Date): Promise<AddressClaims | null> {
  if (typeof key !== 'string' || key.length > 4_096) return null;
  try {
    const { payload } = await jwtVerify(key, keys, { audience: 'cowrite-media', algorithms: ['EdDSA'], typ: 'address+jwt', requiredClaims: ['exp'], currentDate: now });
    return AddressClaims.parse(payload);
  } catch (failure) {
    // Core did not answer for its keys: that says nothing about the address.
    if (failure instanceof TypeError || ['ERR_JWKS_TIMEOUT', 'ECONNREFUSED'].includes((failure as { code?: string }).code ?? '')) throw new Problem('unavailable');
    return null;
  }
}
