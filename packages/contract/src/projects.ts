import * as z from 'zod';
import { PersonName, Title } from './accounts.ts';
import { BlobId, Instant, InvitationId, NodeId, ProjectId, UserId } from './ids.ts';
import { Picture } from './media.ts';
import { InvitableRole, Role } from './roles.ts';
import { accountRoute, projectRoute, publicRoute } from './route.ts';

/** Settings a project carries; all optional, unknown ones refused. */
export const ProjectSettings = z.strictObject({
  /** Characters with spaces that an episode aims at. */
  episodeGoal: z.int().min(0).max(100_000).optional(),
  /** Whether paragraphs are indented or spaced apart on screen. */
  paragraphs: z.enum(['indent', 'spaced']).optional(),
});
export type ProjectSettings = z.infer<typeof ProjectSettings>;

/** A work (작품) as its members see it. */
export const Project = z.object({
  id: ProjectId,
  title: z.string(),
  description: z.string(),
  genre: z.string(),
  settings: ProjectSettings,
  /** The cover; where it is for the caller is asked for by `media.read`. */
  coverId: BlobId.nullable(),
  state: z.enum(['active', 'archived', 'trashed']),
  /** The caller's own role. */
  role: Role,
  rev: z.int(),
  /** The number of the last project event; a client resumes its socket from here. */
  seq: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
  trashedAt: Instant.nullable(),
});
export type Project = z.infer<typeof Project>;

/** A row of the shelf. */
export const ShelfItem = Project.extend({
  memberCount: z.int(),
  /** Characters with spaces of all scenes, as far as the projection has settled. */
  charactersWithSpaces: z.int(),
  /** Where the caller last wrote, for "이어 쓰기". */
  lastPlace: z.object({ nodeId: NodeId, title: z.string(), at: Instant }).nullable(),
  /** The cover, where it is for the caller. */
  cover: Picture.nullable(),
});
export type ShelfItem = z.infer<typeof ShelfItem>;

export const Member = z.object({
  userId: UserId,
  name: z.string(),
  role: Role,
  /** 0–11: which of the twelve person colours, given by the server for this project. */
  colour: z.int().min(0).max(11),
  joinedAt: Instant,
});
export type Member = z.infer<typeof Member>;

export const Invitation = z.object({ id: InvitationId, role: InvitableRole, createdBy: z.string(), createdAt: Instant, expiresAt: Instant, uses: z.int() });
export type Invitation = z.infer<typeof Invitation>;

const Description = z.string().max(5_000);
const Genre = z.string().trim().max(40);

export const projects = {
  create: accountRoute('POST /projects', { status: 201, body: z.strictObject({ title: Title, description: Description.optional(), genre: Genre.optional(), id: ProjectId.optional() }), output: Project, summary: 'Make a work.' }),
  list: accountRoute('GET /projects', { query: z.object({ state: z.enum(['active', 'archived', 'trashed']).default('active') }), output: z.object({ items: z.array(ShelfItem) }), summary: 'The works one is a member of.' }),
  read: projectRoute('GET /projects/:projectId', { needs: 'project.read', output: Project, summary: 'One work.' }),
  update: projectRoute('PATCH /projects/:projectId', {
    needs: 'project.manage',
    body: z.strictObject({ title: Title.optional(), description: Description.optional(), genre: Genre.optional(), settings: ProjectSettings.optional(), coverId: BlobId.nullable().optional(), rev: z.int().optional() }),
    output: Project,
    summary: 'Rename, describe or set up a work, or give it a cover. With `rev`, refused when someone changed it since.',
  }),
  archive: projectRoute('POST /projects/:projectId/archive', { needs: 'project.manage', output: Project, summary: 'Put a work away; it stays readable.' }),
  trash: projectRoute('POST /projects/:projectId/trash', { needs: 'project.manage', output: Project, summary: 'Put a work in the trash.' }),
  restore: projectRoute('POST /projects/:projectId/restore', { needs: 'project.manage', output: Project, summary: 'Take a work back from the archive or the trash.' }),
  rememberPlace: projectRoute('PUT /projects/:projectId/last-place', { needs: 'story.read', body: z.strictObject({ nodeId: NodeId }), summary: 'Remember where one was, for the shelf.' }),
};

export const members = {
  list: projectRoute('GET /projects/:projectId/members', { needs: 'project.read', output: z.object({ items: z.array(Member) }), summary: 'The people of a work.' }),
  changeRole: projectRoute('PATCH /projects/:projectId/members/:userId', {
    needs: 'members.manage',
    params: z.object({ userId: UserId }),
    body: z.strictObject({ role: Role }),
    output: Member,
    summary: 'Change a role. Effective on open sockets within a second. The last owner cannot step down.',
  }),
  remove: projectRoute('DELETE /projects/:projectId/members/:userId', { needs: 'project.read', params: z.object({ userId: UserId }), summary: 'Remove a member, or leave (one’s own id needs no further right).' }),
  transfer: projectRoute('POST /projects/:projectId/ownership', {
    needs: 'project.manage',
    body: z.strictObject({ userId: UserId }),
    output: z.object({ items: z.array(Member) }),
    summary: 'Hand the work over: the other becomes owner, the caller becomes writer.',
  }),
};

export const invitations = {
  create: projectRoute('POST /projects/:projectId/invitations', {
    needs: 'members.manage',
    status: 201,
    body: z.strictObject({
      role: InvitableRole,
      expiresInHours: z
        .int()
        .min(1)
        .max(24 * 90)
        .default(24 * 7),
    }),
    output: Invitation.extend({ code: z.string(), url: z.string() }),
    summary: 'Make an invitation link. The code is shown once.',
  }),
  list: projectRoute('GET /projects/:projectId/invitations', { needs: 'members.manage', output: z.object({ items: z.array(Invitation) }), summary: 'Open invitations.' }),
  revoke: projectRoute('DELETE /projects/:projectId/invitations/:invitationId', { needs: 'members.manage', params: z.object({ invitationId: InvitationId }), summary: 'Withdraw an invitation.' }),
  look: publicRoute('GET /invitations/:code', {
    params: z.object({ code: z.string().min(16).max(64) }),
    output: z.object({ projectTitle: z.string(), role: InvitableRole, invitedBy: PersonName, expiresAt: Instant }),
    summary: 'What an invitation offers, before signing in.',
  }),
  accept: accountRoute('POST /invitations/:code/accept', {
    params: z.object({ code: z.string().min(16).max(64) }),
    output: z.object({ projectId: ProjectId, role: Role }),
    summary: 'Join by an invitation. Someone who is already a member keeps the greater role.',
  }),
};
