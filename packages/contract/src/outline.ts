import * as z from 'zod';
import { Title } from './accounts.ts';
import { DocumentId, ImportFileId, ImportId, Instant, NodeId, ProjectId } from './ids.ts';
import { projectRoute } from './route.ts';

export const NodeKind = z.enum(['series', 'part', 'chapter', 'scene']);
export type NodeKind = z.infer<typeof NodeKind>;
export const NodeStatus = z.enum(['draft', 'writing', 'done']);
export type NodeStatus = z.infer<typeof NodeStatus>;
/** How a chapter takes part in the automatic episode numbers: counted, not counted (프롤로그, 후기) or counted apart (외전). */
export const Numbering = z.enum(['counted', 'uncounted', 'side-story']);
export type Numbering = z.infer<typeof Numbering>;

/**
 * Lengths of a text; all count grapheme clusters after NFC, line breaks not included.
 * `sheets` is 200-character manuscript paper (원고지), in tenths of a sheet rounded up to one decimal.
 */
export const Lengths = z.object({ withSpaces: z.int(), withoutSpaces: z.int(), withoutPunctuation: z.int(), sheets: z.number() });
export type Lengths = z.infer<typeof Lengths>;

/** A node (마디) of the outline (차례). Scenes carry a document; a chapter of one scene is shown as one row. */
export const Node = z.object({
  id: NodeId,
  projectId: ProjectId,
  parentId: NodeId.nullable(),
  kind: NodeKind,
  title: z.string(),
  /** Fractional key: siblings are ordered by it, then by id. Compare with `<`, as bytes. */
  orderKey: z.string(),
  numbering: Numbering,
  status: NodeStatus,
  label: z.string(),
  note: z.string(),
  /** Nothing of this node, nor of what is under it, is told to a model. */
  aiHidden: z.boolean(),
  /** Scenes only. */
  documentId: DocumentId.nullable(),
  /** Scenes only, and only once the projection has settled. */
  lengths: Lengths.nullable(),
  rev: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
  trashedAt: Instant.nullable(),
});
export type Node = z.infer<typeof Node>;

/** Where something is put: next to a node, or as the last child of one (`nodeId: null` with `into` is the root). */
export const Place = z.union([z.strictObject({ place: z.enum(['before', 'after']), nodeId: NodeId }), z.strictObject({ place: z.literal('into'), nodeId: NodeId.nullable() })]);
export type Place = z.infer<typeof Place>;

/** What `POST …/outline` answers: the node, the documentId one writes in (a new chapter's scene's), and all nodes made. */
export const CreatedNode = Node.extend({ nodes: z.array(Node) });

export const outline = {
  list: projectRoute('GET /projects/:projectId/outline', {
    needs: 'story.read',
    output: z.object({ seq: z.int(), nodes: z.array(Node) }),
    summary: 'The whole outline in reading order, without the trash; `seq` is the project event it is true at.',
  }),
  create: projectRoute('POST /projects/:projectId/outline', {
    needs: 'story.write',
    status: 201,
    body: z.strictObject({
      kind: NodeKind,
      title: Title,
      parentId: NodeId.nullable().optional(),
      at: Place.optional(),
      numbering: Numbering.optional(),
      /** Made by the client so that a repeated request makes nothing twice. */
      id: NodeId.optional(),
      sceneId: NodeId.optional(),
      documentId: DocumentId.optional(),
    }),
    output: CreatedNode,
    summary: 'Add a node, last among its siblings unless `at` says otherwise. A chapter is made with one scene.',
  }),
  update: projectRoute('PATCH /projects/:projectId/outline/:nodeId', {
    needs: 'story.write',
    params: z.object({ nodeId: NodeId }),
    body: z.strictObject({
      title: Title.optional(),
      status: NodeStatus.optional(),
      label: z.string().max(40).optional(),
      note: z.string().max(20_000).optional(),
      aiHidden: z.boolean().optional(),
      numbering: Numbering.optional(),
      rev: z.int().optional(),
    }),
    output: Node,
    summary: 'Rename or annotate a node. With `rev`, refused when someone changed it since.',
  }),
  move: projectRoute('POST /projects/:projectId/outline/moves', {
    needs: 'story.write',
    body: z.strictObject({ nodeIds: z.array(NodeId).min(1).max(500), to: Place }),
    output: z.object({ nodes: z.array(Node) }),
    summary: 'Move one or many nodes, keeping their order. Answers their final places.',
  }),
  trash: projectRoute('POST /projects/:projectId/outline/trash', {
    needs: 'story.write',
    body: z.strictObject({ nodeIds: z.array(NodeId).min(1).max(500) }),
    output: z.object({ nodeIds: z.array(NodeId) }),
    summary: 'Put nodes and what is under them in the trash. Answers every node that went.',
  }),
  trashed: projectRoute('GET /projects/:projectId/outline/trash', { needs: 'story.read', output: z.object({ nodes: z.array(Node) }), summary: 'What is in the trash: the topmost node of each removal.' }),
  restore: projectRoute('POST /projects/:projectId/outline/restore', {
    needs: 'story.write',
    body: z.strictObject({ nodeIds: z.array(NodeId).min(1).max(500) }),
    output: z.object({ nodes: z.array(Node) }),
    summary: 'Take nodes back, with what went with them, to where they were or to the root.',
  }),
  lengths: projectRoute('GET /projects/:projectId/lengths', {
    needs: 'story.read',
    output: z.object({ project: Lengths, documents: z.record(z.string(), Lengths), asOf: Instant }),
    summary: 'Lengths of the work and of each scene, from the projection.',
  }),
};

/** A hit of the search: where it is, and the passage with the hit in the middle. */
export const SearchHit = z.object({
  nodeId: NodeId,
  documentId: DocumentId,
  /** Titles from the root to the scene. */
  path: z.array(z.string()),
  /** Which line of the scene's prose, from 0 (`proseLines` of manuscript: no scene breaks, no author's notes), and where in it the hit begins, in UTF-16 units. */
  block: z.int(),
  offset: z.int(),
  before: z.string(),
  match: z.string(),
  after: z.string(),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const search = {
  find: projectRoute('GET /projects/:projectId/search', {
    needs: 'story.read',
    query: z.object({
      q: z
        .string()
        .transform((value) => value.normalize('NFC').trim())
        .pipe(z.string().min(1).max(200)),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    output: z.object({ items: z.array(SearchHit), scenes: z.int(), more: z.boolean(), asOf: Instant }),
    summary: 'Find text in a work: any substring, or initial consonants (ㅇㅅㅎ finds 이설화).',
  }),
};

/** One section of a file as the splitter sees it: a chapter to be. Lines are 0-based, `to` exclusive, after decoding. */
export const ImportSection = z.strictObject({ title: Title, kind: z.enum(['part', 'chapter']), numbering: Numbering, from: z.int().min(0), to: z.int().min(0) });
export type ImportSection = z.infer<typeof ImportSection>;

export const ImportFile = z.object({
  id: ImportFileId,
  name: z.string(),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'euc-kr']),
  /** Whether decomposed Hangul was composed on the way in. */
  composed: z.boolean(),
  lines: z.int(),
  lengths: Lengths,
  rule: z.enum(['numbered', 'heading', 'blank-lines', 'whole']),
  sections: z.array(ImportSection.extend({ lengths: Lengths, firstLine: z.string() })),
});
export type ImportFile = z.infer<typeof ImportFile>;

export const Import = z.object({ id: ImportId, state: z.enum(['open', 'applied', 'undone']), files: z.array(ImportFile), createdAt: Instant });
export type Import = z.infer<typeof Import>;

const importParams = z.object({ importId: ImportId });

export const imports = {
  open: projectRoute('POST /projects/:projectId/imports', { needs: 'story.write', status: 201, output: Import, summary: 'Begin an import.' }),
  addFile: projectRoute('POST /projects/:projectId/imports/:importId/files', {
    needs: 'story.write',
    status: 201,
    params: importParams,
    query: z.object({ name: z.string().min(1).max(255) }),
    body: 'bytes',
    output: ImportFile,
    summary: 'Add a TXT or MD file (≤ 64 MB): decoded, composed to NFC, and split for the preview.',
  }),
  read: projectRoute('GET /projects/:projectId/imports/:importId', { needs: 'story.write', params: importParams, output: Import, summary: 'The preview, files in natural number order.' }),
  apply: projectRoute('POST /projects/:projectId/imports/:importId/apply', {
    needs: 'story.write',
    params: importParams,
    body: z.strictObject({ parentId: NodeId.nullable().optional(), files: z.array(z.strictObject({ fileId: ImportFileId, sections: z.array(ImportSection) })).optional() }),
    output: z.object({ created: z.int(), nodeIds: z.array(NodeId) }),
    summary: 'Make the nodes, with the sections as edited or as proposed. All or nothing.',
  }),
  undo: projectRoute('POST /projects/:projectId/imports/:importId/undo', { needs: 'story.write', params: importParams, output: z.object({ trashed: z.int() }), summary: 'Put everything the import made in the trash.' }),
};
