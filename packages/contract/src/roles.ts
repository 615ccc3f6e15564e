import * as z from 'zod';

/**
 * What a person may do in one project. The one table: the guard, the sync edge, the studio and the docs all read it.
 * Roles nest, each adds to the one before it, so "at least a writer" is a meaningful sentence.
 */
export const Role = z.enum(['reader', 'reviewer', 'editor', 'writer', 'owner']);
export type Role = z.infer<typeof Role>;

/** The roles an invitation may carry: ownership is transferred, never mailed around. */
export const InvitableRole = Role.exclude(['owner']);
export type InvitableRole = z.infer<typeof InvitableRole>;

export type Ability =
  | 'project.read' //   see that it exists, its people and settings
  | 'story.read' //     read outline and manuscript, search, open a scene
  | 'comment.write' //  comment (the threads themselves come with the review issue)
  | 'story.suggest' //  propose changes
  | 'story.write' //    write prose, change the outline, import
  | 'members.manage' // invite, change roles, remove
  | 'project.manage'; // rename, archive, trash, hand over

const ADDS: Record<Role, readonly Ability[]> = {
  reader: ['project.read', 'story.read'],
  reviewer: ['comment.write'],
  editor: ['story.suggest'],
  writer: ['story.write'],
  owner: ['members.manage', 'project.manage'],
};

const ABILITIES = new Map<Role, ReadonlySet<Ability>>();
{
  const soFar: Ability[] = [];
  for (const role of Role.options) {
    soFar.push(...ADDS[role]);
    ABILITIES.set(role, new Set(soFar));
  }
}

/** Whether `role` includes `ability`. */
export const may = (role: Role, ability: Ability): boolean => ABILITIES.get(role)!.has(ability);

/** Everything `role` includes, for documents and tests. */
export const abilitiesOf = (role: Role): readonly Ability[] => [...ABILITIES.get(role)!];

/** What people call the roles. */
export const ROLE_NAMES: Record<Role, { ko: string; en: string }> = {
  owner: { ko: '대표 작가', en: 'Owner' },
  writer: { ko: '공동 작가', en: 'Writer' },
  editor: { ko: '편집자', en: 'Editor' },
  reviewer: { ko: '검토자', en: 'Reviewer' },
  reader: { ko: '독자', en: 'Reader' },
};
