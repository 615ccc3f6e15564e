import * as z from 'zod';
import { AiSettings } from './assists.ts';
import { DocumentId, NodeId, ProjectId, UserId } from './ids.ts';
import { Lengths, Node } from './outline.ts';
import { Member, Project } from './projects.ts';
import { Language } from './translations.ts';

/** What a project event says. `noun.verbed`, past tense; applying it to a stale copy gives the fresh read. */
export const ProjectChange = z.discriminatedUnion('type', [
  /** Nodes that are new, moved, renamed, annotated or restored: put each in place of what was there. */
  z.object({ type: z.literal('nodes.changed'), nodes: z.array(Node) }),
  /** Nodes that went to the trash, with everything under them. */
  z.object({ type: z.literal('nodes.trashed'), nodeIds: z.array(NodeId) }),
  /** So much changed (an import) that the outline should be read again. */
  z.object({ type: z.literal('outline.replaced') }),
  z.object({ type: z.literal('project.changed'), project: Project.omit({ role: true, seq: true }) }),
  z.object({ type: z.literal('member.changed'), member: Member }),
  /** Whether AI helps in the work, or who agreed to it. */
  z.object({ type: z.literal('ai.changed'), settings: AiSettings }),
  z.object({ type: z.literal('member.left'), userId: UserId }),
  /** The translation of a scene that was kept should be read again. */
  z.object({ type: z.literal('translation.changed'), documentId: DocumentId, language: Language }),
  /** So should the glossary. */
  z.object({ type: z.literal('terms.changed') }),
]);
export type ProjectChange = z.infer<typeof ProjectChange>;

/** A change with its place in the project's history: `seq` counts 1, 2, 3 … per project without a gap. */
export const ProjectEvent = z.object({ projectId: ProjectId, seq: z.int(), by: UserId.nullable(), change: ProjectChange });
export type ProjectEvent = z.infer<typeof ProjectEvent>;

/** A hint on the socket that has no number and may be missed: the lengths of a scene after its projection settled. */
export const LiveHint = z.object({ type: z.literal('document.settled'), documentId: DocumentId, lengths: Lengths });
export type LiveHint = z.infer<typeof LiveHint>;
