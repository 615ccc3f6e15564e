import * as z from 'zod';

/**
 * Identities. Every id is a UUIDv7 made by the application (never by the database), so that a client may name a thing
 * before the server has heard of it; it becomes a branded string only by being parsed here.
 */
const id = <Name extends string>(name: Name) =>
  z
    .uuid()
    .transform((value) => value.toLowerCase())
    .brand(name);

export const UserId = id('UserId');
export type UserId = z.infer<typeof UserId>;
export const ProjectId = id('ProjectId');
export type ProjectId = z.infer<typeof ProjectId>;
export const NodeId = id('NodeId');
export type NodeId = z.infer<typeof NodeId>;
export const DocumentId = id('DocumentId');
export type DocumentId = z.infer<typeof DocumentId>;
export const InvitationId = id('InvitationId');
export type InvitationId = z.infer<typeof InvitationId>;
export const SignInId = id('SignInId');
export type SignInId = z.infer<typeof SignInId>;
export const IdentityId = id('IdentityId');
export type IdentityId = z.infer<typeof IdentityId>;
export const TokenId = id('TokenId');
export type TokenId = z.infer<typeof TokenId>;
export const ImportId = id('ImportId');
export type ImportId = z.infer<typeof ImportId>;
export const ImportFileId = id('ImportFileId');
export type ImportFileId = z.infer<typeof ImportFileId>;
/** A picture in the media service, and the upload it came by. */
export const BlobId = id('BlobId');
export type BlobId = z.infer<typeof BlobId>;
export const AssistId = id('AssistId');
export type AssistId = z.infer<typeof AssistId>;
/** What would be sent to a model, shown before it is. */
export const PacketId = id('PacketId');
export type PacketId = z.infer<typeof PacketId>;
/** A sentence of a scene in another language, kept. */
export const SegmentId = id('SegmentId');
export type SegmentId = z.infer<typeof SegmentId>;
export const TermId = id('TermId');
export type TermId = z.infer<typeof TermId>;

/** An instant in UTC as ISO 8601 with milliseconds, e.g. `2026-11-23T05:00:00.000Z`. */
export const Instant = z.iso.datetime();
export type Instant = string;
