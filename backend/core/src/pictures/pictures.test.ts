import { AddressClaims, type BlobId, BlobId as BlobIds, MediaTicketClaims, type ProjectId, routes } from '@cowrite/contract';
import { newId } from '@cowrite/service-kit';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { aStory, type Story } from '../platform/testing/scenario.ts';

const { media, projects } = routes;

/** A picture as the media service leaves it. */
async function aStoredPicture(story: Story, kind: 'cover' | 'image' = 'cover', projectId: ProjectId = story.projectId): Promise<BlobId> {
  const id = newId(BlobIds, story.clock.now());
  const { pool } = story.database;
  await pool.query("INSERT INTO media.blob (id, project_id, uploader, kind, state, sha256, width, height, bytes, created_at) VALUES ($1, $2, $3, $4, 'stored', sha256('x'), 480, 640, 1, now())", [id, projectId, story.owner.user.id, kind]);
  for (const [name, width, height] of [
    ['480', 480, 640],
    ['160', 160, 213],
  ] as const)
    for (const type of ['image/webp', 'image/jpeg']) await pool.query("INSERT INTO media.variant (blob_id, name, type, width, height, bytes, sha256) VALUES ($1, $2, $3, $4, $5, 1, sha256('y'))", [id, name, type, width, height]);
  return id;
}

test('a ticket says what picture is brought, by whom and where, and is good for thirty seconds', async () => {
  await using story = await aStory({ roles: ['writer'] });
  const { projectId, as } = story;
  const keys = createLocalJWKSet((await story.browser().send('GET', '/.well-known/jwks.json')).json());
  const { ticket, expiresAt } = await as.writer.call(media.ticket, { projectId, kind: 'image' });
  const { payload } = await jwtVerify(ticket, keys, { audience: 'cowrite-media', typ: 'ticket+jwt', algorithms: ['EdDSA'], currentDate: story.clock.now() });
  expect(MediaTicketClaims.parse(payload)).toMatchObject({ sub: as.writer.user.id, project: projectId, media: 'image', credential: { kind: 'sign-in' } });
  expect(new Date(expiresAt).getTime() - story.clock.now().getTime()).toBeLessThanOrEqual(30_000);
});

test('a cover is for whoever may rename the work, a portrait and an image for whoever writes it', async () => {
  await using story = await aStory({ roles: ['writer', 'editor'] });
  const { projectId, as } = story;
  const try_ = async (who: keyof typeof as, kind: 'cover' | 'portrait' | 'image') => (await as[who].send('POST', `/projects/${projectId}/media/tickets`, { body: { kind } })).statusCode;
  expect([await try_('owner', 'cover'), await try_('writer', 'cover'), await try_('writer', 'portrait'), await try_('writer', 'image'), await try_('editor', 'image')]).toEqual([201, 403, 201, 201, 403]);
});

test('a cover is shown to everyone in the work, on the shelf too, each by an address of their own', async () => {
  await using story = await aStory({ roles: ['reader'] });
  const { projectId, owner, as, clock } = story;
  const coverId = await aStoredPicture(story);
  expect(await owner.call(projects.update, { projectId, coverId })).toMatchObject({ coverId });
  const { items } = await as.reader.call(projects.list, {});
  expect(items[0]!.cover).toMatchObject({ blobId: coverId, width: 480, height: 640, variants: [{ name: '160', width: 160, height: 213 }, { name: '480' }] });
  const { path } = items[0]!.cover!.variants[0]!;
  const [address, key] = path.split('?key=');
  expect(address).toBe(`/blobs/${coverId}/160`);
  const claims = decodeJwt(key!);
  expect(AddressClaims.parse(claims)).toMatchObject({ sub: as.reader.user.id, project: projectId, blob: coverId, variant: '160' });
  const lifeMs = claims.exp! * 1_000 - clock.now().getTime();
  expect([lifeMs > 299_000, lifeMs <= 600_000]).toEqual([true, true]);
  expect((await as.reader.call(media.read, { projectId, blobId: coverId })).variants[0]!.path).toBe(path);
  expect((await owner.call(media.read, { projectId, blobId: coverId })).variants[0]!.path).not.toBe(path);
  clock.pass(600_000);
  expect((await as.reader.call(media.read, { projectId, blobId: coverId })).variants[0]!.path).not.toBe(path);

  expect(await owner.call(projects.update, { projectId, coverId: null })).toMatchObject({ coverId: null });
  expect((await as.reader.call(projects.list, {})).items[0]!.cover).toBeNull();
});

test('a picture of another work, of another kind, or that is not there is no cover and is shown to nobody', async () => {
  await using story = await aStory({ roles: [] });
  const { projectId, owner, outsider } = story;
  const other = await outsider.call(projects.create, { title: '남의 작품' });
  const [foreign, image, nothing] = [await aStoredPicture(story, 'cover', other.id), await aStoredPicture(story, 'image'), newId(BlobIds, story.clock.now())];
  for (const coverId of [foreign, image, nothing]) expect(await owner.call(projects.update, { projectId, coverId }).problem).toMatchObject({ code: 'not-found' });
  for (const blobId of [foreign, nothing]) expect(await owner.call(media.read, { projectId, blobId }).problem).toMatchObject({ code: 'not-found' });
  expect(await outsider.call(media.read, { projectId, blobId: image }).problem).toMatchObject({ code: 'not-found' });
});

test('what is shown is referred to: a cover while it is one, an image of the manuscript as long as the work', async () => {
  await using story = await aStory({ roles: [] });
  const { projectId, owner } = story;
  const [cover, image, spare] = [await aStoredPicture(story), await aStoredPicture(story, 'image'), await aStoredPicture(story, 'image')];
  await owner.call(projects.update, { projectId, coverId: cover });
  await owner.call(media.attach, { projectId, blobId: image });
  await owner.call(media.attach, { projectId, blobId: image });
  expect(await owner.call(media.attach, { projectId, blobId: cover }).problem).toMatchObject({ code: 'not-found' });
  const referenced = async () => (await story.database.pool.query<{ blob_id: BlobId }>('SELECT blob_id FROM core.referenced_blobs($1)', [[cover, image, spare]])).rows.map((row) => row.blob_id).toSorted();
  expect(await referenced()).toEqual([cover, image].toSorted());
  await owner.call(projects.update, { projectId, coverId: null });
  expect(await referenced()).toEqual([image]);
});
