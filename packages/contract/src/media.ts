import * as z from 'zod';
import { BlobId, ProjectId, UserId } from './ids.ts';
import type { Ability } from './roles.ts';
import { projectRoute, publicRoute } from './route.ts';
import { Ticket, TicketClaims } from './sync.ts';

/** What a picture is for: the cover (표지) of a work, the portrait of a person in it, or an image in the manuscript. */
export const MediaKind = z.enum(['cover', 'portrait', 'image']);
export type MediaKind = z.infer<typeof MediaKind>;

/** What one must be allowed to do in a work to bring a picture of this kind. */
export const ABILITY_FOR: Record<MediaKind, Ability> = { cover: 'project.manage', portrait: 'story.write', image: 'story.write' };

/** A size that a picture is kept in, by the greatest width it may have, in pixels. A picture is never enlarged. */
export const VariantName = z.enum(['160', '480', '1080', '2160']);
export type VariantName = z.infer<typeof VariantName>;

/** One size of a picture. `path` is where it is for the caller, from the media service's address on, good for 5 to 10 minutes. */
export const PictureVariant = z.object({ name: VariantName, width: z.int().min(1), height: z.int().min(1), path: z.string() });

/** A picture as a member of its work may see it: its whole size, and the sizes that it is kept in, the smallest first. */
export const Picture = z.object({ blobId: BlobId, width: z.int().min(1), height: z.int().min(1), variants: z.array(PictureVariant) });
export type Picture = z.infer<typeof Picture>;

/** What core signs into a ticket for an upload (`aud: cowrite-media`): a ticket like others, for one picture of one kind. */
export const MediaTicketClaims = TicketClaims.extend({ media: MediaKind });
export type MediaTicketClaims = z.infer<typeof MediaTicketClaims>;

/** What core signs into an address (`aud: cowrite-media`, `typ: address+jwt`): one size of one picture, for one person's sign-in. */
export const AddressClaims = z.object({ sub: UserId, project: ProjectId, credential: TicketClaims.shape.credential, blob: BlobId, variant: VariantName });
export type AddressClaims = z.infer<typeof AddressClaims>;

/** Core's part: who may bring a picture, and who may see it. */
export const media = {
  ticket: projectRoute('POST /projects/:projectId/media/tickets', {
    needs: 'story.write',
    status: 201,
    body: z.strictObject({ kind: MediaKind }),
    output: Ticket,
    summary: 'A one-use ticket for one upload to the media service, good for 30 s to begin with. A cover also needs the right to rename the work.',
  }),
  read: projectRoute('GET /projects/:projectId/media/:blobId', { needs: 'project.read', params: z.object({ blobId: BlobId }), output: Picture, summary: 'Where a picture of the work is, for the caller and for some minutes.' }),
  attach: projectRoute('PUT /projects/:projectId/media/:blobId', {
    needs: 'story.write',
    params: z.object({ blobId: BlobId }),
    summary: 'Say that the manuscript shows a picture, so that it is kept. A picture that nothing shows for a day is removed.',
  }),
};

/** The media service's own routes (:8103, through nginx under `/media`), beside tus 1.0 at `/uploads`. */
export const mediaService = {
  health: publicRoute('GET /health', { output: z.object({ status: z.literal('ok'), service: z.literal('media') }), summary: 'Whether the process lives.', example: { status: 'ok', service: 'media' } }),
  ready: publicRoute('GET /health/ready', {
    output: z.object({ status: z.literal('ok'), database: z.literal('ok'), store: z.literal('ok') }),
    summary: 'Whether it can serve: the database answers and the store can be written.',
    example: { status: 'ok', database: 'ok', store: 'ok' },
  }),
};
