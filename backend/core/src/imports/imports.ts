import { DocumentId, type Import, ImportFileId, ImportId, type ImportFile, type ImportSection, type imports, type In, NodeId, type NodeKind, type Out, Problem } from '@cowrite/contract';
import { isRefusal, linesOf, many, OutlineTree, planInsert } from '@cowrite/manuscript';
import { newId, newUuid } from '@cowrite/service-kit';
import type { Limits } from '../config.ts';
import type { Outline } from '../outline/outline.ts';
import * as nodes from '../outline/outline.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Granted } from '../platform/grants.ts';
import { appendEvent, editsWait, lockProject } from '../platform/outbox.ts';
import type { Workers } from '../platform/workers.ts';
import * as store from './imports.store.ts';
import { readFile } from './manuscript-file.ts';

/** Files above this are read on a thread: the time they take would hold up everyone else. */
const INLINE_BYTES = 1_048_576;
const FILES_MAX = 2_000;
/** Scenes written by one task of a thread, by characters: each task stays far below the time it has. */
const TASK_CHARACTERS = 2_000_000;

/** A chapter or part to be, and where it goes: under the import's place, or under a part of the import. */
interface Planned {
  id: NodeId;
  kind: 'part' | 'chapter';
  title: string;
  numbering: ImportSection['numbering'];
  under: NodeId | null;
  scene: { id: NodeId; documentId: DocumentId; lines: string[] } | null;
}

/** Bringing manuscripts in: read, shown, edited, made into nodes, and taken back if it was wrong. */
export class Imports {
  constructor(
    private readonly db: Database,
    private readonly parts: { outline: Outline; workers: Workers },
    private readonly limits: Pick<Limits, 'nodesMax'>,
    private readonly clock: Clock,
  ) {}

  async open(access: Granted<'story.write'>): Promise<Import> {
    const row = { id: newId(ImportId, this.clock.now()), project_id: access.projectId, state: 'open' as const, created_by: access.userId, created_at: this.clock.now() };
    await store.open(this.db, row);
    return { id: row.id, state: row.state, files: [], createdAt: row.created_at.toISOString() };
  }

  /** @throws Problem `not-found`, `import-state`, `too-large` (files), `unreadable-text` with the reason. */
  async addFile(access: Granted<'story.write'>, { importId, name, bytes }: In<typeof imports.addFile>): Promise<ImportFile> {
    this.#needOpen(await store.read(this.db, access.projectId, importId));
    if ((await store.countFiles(this.db, importId)) >= FILES_MAX) throw new Problem('too-large', { limit: FILES_MAX });
    const read = bytes.length > INLINE_BYTES ? await this.parts.workers.run('read-file', { bytes, name }) : readFile(bytes, name);
    if (!read.readable) throw new Problem('unreadable-text', { reason: read.reason });
    const row = {
      id: newId(ImportFileId, this.clock.now()),
      import_id: importId,
      name: name.normalize('NFC').replace(/[\u0000-\u001f\u007f]/g, ' '),
      encoding: read.encoding,
      composed: read.composed,
      rule: read.rule,
      lines: read.lines,
      content: read.content,
    };
    await this.db.transaction().execute(async (tx) => {
      this.#needOpen(await store.hold(tx, access.projectId, importId));
      await store.addFile(tx, { ...row, lengths: JSON.stringify(read.lengths), sections: JSON.stringify(read.sections) });
    });
    return store.asFile({ ...row, lengths: read.lengths, sections: read.sections });
  }

  /** @throws Problem `not-found`. */
  async read(access: Granted<'story.write'>, { importId }: In<typeof imports.read>): Promise<Import> {
    const row = await store.read(this.db, access.projectId, importId);
    if (row === undefined) throw new Problem('not-found');
    return { id: row.id, state: row.state, files: await store.files(this.db, importId), createdAt: row.created_at.toISOString() };
  }

  /**
   * Makes the nodes and their text, all or nothing. Given sections stand in place of the proposed ones, given files in
   * place of all, in the order given.
   * @throws Problem `not-found`, `import-state`, `impossible-move`, `too-large` (nodes), `invalid-input` (a section outside its file).
   */
  async apply(access: Granted<'story.write'>, input: In<typeof imports.apply>): Promise<Out<typeof imports.apply>> {
    this.#needOpen(await store.read(this.db, access.projectId, input.importId));
    const planned = await this.#plan(input);
    // Made before the project is held: writing the scenes of a long novel takes a second.
    const edits = await this.#write(planned);
    return this.db.transaction().execute(async (tx) => {
      const at = this.clock.now();
      await lockProject(tx, access.projectId);
      this.#needOpen(await store.hold(tx, access.projectId, input.importId));
      const made = planned.reduce((count, each) => count + (each.scene === null ? 1 : 2), 0);
      if ((await nodes.countAll(tx, access.projectId)) + made > this.limits.nodesMax) throw new Problem('too-large', { limit: this.limits.nodesMax });

      const tree = new OutlineTree(await nodes.live(tx, access.projectId));
      const top = planned.filter((each) => each.under === null);
      const ids = top.map((each) => each.id);
      const kinds = new Set(top.map((each) => each.kind));
      const plan = planInsert(tree, ids, kinds.has('part') ? 'part' : 'chapter', { place: 'into', nodeId: input.parentId ?? null });
      if (isRefusal(plan)) throw new Problem(plan === 'unknown-node' ? 'not-found' : 'impossible-move');
      const keys = new Map<string, string>(plan.map((standing) => [standing.id, standing.orderKey]));
      for (const part of top) {
        const under = planned.filter((each) => each.under === part.id);
        const underKeys = many(null, null, under.length);
        for (const [index, each] of under.entries()) keys.set(each.id, underKeys[index]!);
      }
      const row = (id: NodeId, parentId: NodeId | null, kind: NodeKind, title: string, orderKey: string, numbering: ImportSection['numbering']) => ({
        id,
        project_id: access.projectId,
        parent_id: parentId,
        kind,
        title,
        order_key: orderKey,
        numbering,
        status: 'draft' as const,
        label: '',
        note: '',
        rev: 1,
        created_at: at,
        updated_at: at,
        trashed_at: null,
        trash_root: null,
        import_id: input.importId,
      });
      const [firstKey] = many(null, null, 1);
      const rows = planned.flatMap((each) => [
        row(each.id, each.under ?? input.parentId ?? null, each.kind, each.title, keys.get(each.id)!, each.numbering),
        ...(each.scene === null ? [] : [row(each.scene.id, each.id, 'scene', '', firstKey!, 'counted')]),
      ]);
      const documents = planned.flatMap((each) => (each.scene === null ? [] : [{ id: each.scene.documentId, project_id: access.projectId, node_id: each.scene.id }]));
      await nodes.add(tx, rows, documents);
      await store.addEdits(tx, edits, { projectId: access.projectId, actor: access.userId, at });
      await store.setState(tx, input.importId, 'applied');
      await store.forgetContent(tx, input.importId);
      await appendEvent(tx, { projectId: access.projectId, by: access.userId, at, change: { type: 'outline.replaced' } });
      if (edits.length > 0) await editsWait(tx);
      return { created: rows.length, nodeIds: planned.map((each) => each.id) };
    });
  }

  /** @throws Problem `not-found`, `import-state` unless it was applied. */
  async undo(access: Granted<'story.write'>, { importId }: In<typeof imports.undo>): Promise<Out<typeof imports.undo>> {
    return this.db.transaction().execute(async (tx) => {
      await lockProject(tx, access.projectId);
      const row = await store.hold(tx, access.projectId, importId);
      if (row === undefined) throw new Problem('not-found');
      if (row.state !== 'applied') throw new Problem('import-state');
      await store.setState(tx, importId, 'undone');
      const made = await nodes.madeBy(tx, access.projectId, importId);
      return { trashed: (await this.parts.outline.trashIn(tx, access, made, this.clock.now())).length };
    });
  }

  #needOpen(row: store.ImportRow | undefined): void {
    if (row === undefined) throw new Problem('not-found');
    if (row.state !== 'open') throw new Problem('import-state');
  }

  async #plan(input: In<typeof imports.apply>): Promise<Planned[]> {
    const files = await store.files(this.db, input.importId);
    const chosen = input.files ?? files.map((file) => ({ fileId: file.id, sections: file.sections }));
    const planned: Planned[] = [];
    for (const [at, { fileId, sections }] of chosen.entries()) {
      const file = files.find((each) => each.id === fileId);
      if (file === undefined) throw new Problem('not-found');
      const lines = linesOf(await store.content(this.db, file));
      let part: NodeId | null = null;
      for (const [index, section] of sections.entries()) {
        if (section.from > section.to || section.to > lines.length) throw new Problem('invalid-input', {}, [{ path: `files.${at}.sections.${index}.to`, message: 'outside-the-file' }]);
        const own = lines.slice(section.from, section.to);
        const id = newId(NodeId, this.clock.now());
        const chapter = (under: NodeId | null, chapterId: NodeId, numbering: ImportSection['numbering']): Planned => ({
          id: chapterId,
          kind: 'chapter',
          title: section.title,
          numbering,
          under,
          scene: { id: newId(NodeId, this.clock.now()), documentId: newId(DocumentId, this.clock.now()), lines: own },
        });
        if (section.kind === 'chapter') {
          planned.push(chapter(part, id, section.numbering));
          continue;
        }
        part = id;
        planned.push({ id, kind: 'part', title: section.title, numbering: 'counted', under: null, scene: null });
        // Prose between a part's heading and its first chapter stays there, as an opening that is not counted.
        if (own.some((line) => line.trim() !== '')) planned.push(chapter(part, newId(NodeId, this.clock.now()), 'uncounted'));
      }
    }
    return planned;
  }

  async #write(planned: readonly Planned[]): Promise<{ id: string; documentId: DocumentId; bytes: Uint8Array }[]> {
    const scenes = planned.flatMap((each) => (each.scene === null || each.scene.lines.length === 0 ? [] : [each.scene]));
    const edits: { id: string; documentId: DocumentId; bytes: Uint8Array }[] = [];
    for (let from = 0; from < scenes.length;) {
      let to = from;
      for (let characters = 0; to < scenes.length && characters < TASK_CHARACTERS; to++) characters += scenes[to]!.lines.reduce((sum, line) => sum + line.length, 0);
      const task = scenes.slice(from, to);
      const written = await this.parts.workers.run('write-scenes', { scenes: task.map((scene) => scene.lines) });
      for (const [at, updates] of written.entries()) for (const bytes of updates) edits.push({ id: newUuid(this.clock.now()), documentId: task[at]!.documentId, bytes });
      from = to;
    }
    return edits;
  }
}
