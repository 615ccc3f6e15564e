import { type DocumentId, type In, type KeptSegment, type Out, Problem, SEGMENTS_MAX, SegmentId, type translations } from '@cowrite/contract';
import { alignKept, anchorOf, type KeptPlace, type Sentence, sentencesIn } from '@cowrite/manuscript';
import { newId } from '@cowrite/service-kit';
import type { Documents } from '../documents/documents.ts';
import * as documents from '../documents/documents.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { Granted } from '../platform/grants.ts';
import { appendEvent, lockProject } from '../platform/outbox.ts';
import * as store from './translations.store.ts';

type Reading = Granted<'story.read'>;
type Writing = Granted<'story.write'>;
/** A segment, and where it stands in the text of now. */
type Placed = { segment: store.Segment; place: KeptPlace };
type At = { documentId: DocumentId; language: string };

/**
 * Translations of scenes that were kept. They stand beside the manuscript and never in it. How a segment stands to its sentence is
 * nowhere written down: it follows from the words that it remembers and the text of now.
 */
export class Translations {
  constructor(
    private readonly db: Database,
    private readonly parts: { documents: Documents },
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `not-found`. */
  async list(access: Reading, { documentId }: In<typeof translations.list>): Promise<Out<typeof translations.list>> {
    await this.#demand(access, documentId);
    const rows = await store.languages(this.db, access.projectId, documentId);
    return { items: rows.map((row) => ({ ...row, changedAt: row.changedAt.toISOString() })) };
  }

  /** @throws Problem `not-found`, `too-large`. */
  async read(access: Reading, at: In<typeof translations.read>): Promise<Out<typeof translations.read>> {
    const sentences = await this.#sentences(access, at.documentId);
    return told(at, await store.list(this.db, { ...at, projectId: access.projectId }), sentences);
  }

  /**
   * Keeps sentences with their translations. Each takes the place of what its sentence has; the others stay, and all are put in the
   * order of the text as it is now.
   * @throws Problem `not-found`, `in-trash`, `changed-by-hand` with how many, `too-large`.
   */
  async keep(access: Writing, { documentId, language, segments, model, handmade }: In<typeof translations.keep>): Promise<Out<typeof translations.keep>> {
    const sentences = await this.#sentences(access, documentId, { toWrite: true });
    return this.#change(access, { documentId, language }, sentences, (before, at) => {
      const places = alignKept(before, sentences);
      // What is kept now is looked for as if it had been kept before: its sentence may have been changed while a model worked.
      const wanted = alignKept(segments, sentences);
      const known = new Map(before.map((segment) => [segment.id, segment]));
      const replaced = new Map<SegmentId, store.Segment>();
      const fresh: Placed[] = [];
      let [left, unplaced] = [0, 0];
      for (const [which, { source, target, replaces }] of segments.entries()) {
        const place = wanted[which]!;
        const { at: sentence } = place;
        if (sentence === null) {
          unplaced++;
          continue;
        }
        const old = [replaces === undefined ? undefined : known.get(replaces), before.find((_, other) => places[other]!.at === sentence)].filter((each) => each !== undefined);
        if (handmade === 'leave' && old.some(isHandmade)) {
          left++;
          continue;
        }
        for (const each of old) replaced.set(each.id, each);
        const made = { id: newId(SegmentId, at), target, madeBy: access.userId, madeAt: at, model, changedBy: null, changedAt: null, rev: 1 };
        fresh.push({ segment: { ...anchorOf(sentences, sentence), source, ...made }, place });
      }
      const lost = [...replaced.values()].filter(isHandmade).length;
      if (handmade === 'ask' && lost > 0) throw new Problem('changed-by-hand', { count: lost });
      const others = before.map((segment, which) => ({ segment, place: places[which]! })).filter(({ segment }) => !replaced.has(segment.id));
      return { segments: [...others, ...fresh], kept: fresh.length, left, unplaced };
    });
  }

  /** @throws Problem `not-found`, `in-trash`, `stale-revision` with the current one, `text-changed` when the scene has no such sentence. */
  async change(access: Writing, { documentId, language, segmentId, target, source, rev }: In<typeof translations.change>): Promise<KeptSegment> {
    const sentences = await this.#sentences(access, documentId, { toWrite: true });
    const { translation } = await this.#change(access, { documentId, language }, sentences, (before, at) => {
      const found = before.find(({ id }) => id === segmentId);
      if (found === undefined) throw new Problem('not-found');
      const places = alignKept(before, sentences);
      if (found.rev !== rev) throw new Problem('stale-revision', { current: found.rev });
      const placed = before.map((segment, which) => ({ segment, place: places[which]! }));
      const place: KeptPlace = source === undefined ? placed.find(({ segment }) => segment === found)!.place : { state: 'current', at: sentenceOf(found, source, placed, sentences) };
      const anchor = source === undefined || place.at === null ? {} : anchorOf(sentences, place.at);
      const changed = { segment: { ...found, ...anchor, target, changedBy: access.userId, changedAt: at, rev: rev + 1 }, place };
      return { segments: placed.map((each) => (each.segment === found ? changed : each)) };
    });
    return translation.segments.find(({ id }) => id === segmentId)!;
  }

  /** @throws Problem `not-found`, `in-trash`. */
  async remove(access: Writing, { documentId, language, segmentId }: In<typeof translations.remove>): Promise<void> {
    const sentences = await this.#sentences(access, documentId, { toWrite: true });
    await this.#change(access, { documentId, language }, sentences, (before) => {
      if (!before.some(({ id }) => id === segmentId)) throw new Problem('not-found');
      const places = alignKept(before, sentences);
      return { segments: before.map((segment, which) => ({ segment, place: places[which]! })).filter(({ segment }) => segment.id !== segmentId) };
    });
  }

  /** Changes a scene's translation, with nobody else doing so, and tells of it. What still stands as it was remembers its neighbours of now. */
  async #change<More extends { segments: readonly Placed[] }>(
    access: Writing,
    at: At,
    sentences: readonly Sentence[],
    work: (before: store.Segment[], now: Date) => More,
  ): Promise<Omit<More, 'segments'> & { translation: Out<typeof translations.read> }> {
    return this.db.transaction().execute(async (tx: Tx) => {
      await lockProject(tx, access.projectId);
      const now = this.clock.now();
      const place = { ...at, projectId: access.projectId };
      const { segments, ...more } = work(await store.list(tx, place), now);
      if (segments.length > SEGMENTS_MAX) throw new Problem('too-large', { limit: SEGMENTS_MAX });
      const kept = inOrder(segments, sentences);
      await store.replaceAll(tx, place, kept);
      await appendEvent(tx, { projectId: access.projectId, by: access.userId, at: now, change: { type: 'translation.changed', ...at } });
      return { ...more, translation: told(at, kept, sentences) };
    });
  }

  async #demand(access: Reading | Writing, documentId: DocumentId, { toWrite = false } = {}): Promise<void> {
    const place = await documents.place(this.db, access.projectId, documentId);
    if (place === null) throw new Problem('not-found');
    if (toWrite && place.trashed) throw new Problem('in-trash');
  }

  /** The sentences of a scene, of its committed text. */
  async #sentences(access: Reading | Writing, documentId: DocumentId, { toWrite = false } = {}): Promise<Sentence[]> {
    await this.#demand(access, documentId, { toWrite });
    return sentencesIn(await this.parts.documents.text(access, { documentId }));
  }
}

const isHandmade = ({ changedBy, model }: store.Segment): boolean => changedBy !== null || model === null;

/**
 * Which sentence of those that say `source` a segment is to belong to: its own, if that is one of them; else one that no other has.
 * @throws Problem `text-changed`
 */
function sentenceOf(segment: store.Segment, source: string, placed: readonly Placed[], sentences: readonly Sentence[]): number {
  const said = (at: number): boolean => alignKept([{ source, before: null, after: null }], [sentences[at]!])[0]!.state === 'current';
  const own = placed.find((each) => each.segment === segment)!.place.at;
  if (own !== null && said(own)) return own;
  const taken = new Set(placed.map(({ place }) => place.at));
  const at = [...sentences.keys()].find((each) => !taken.has(each) && said(each));
  if (at === undefined) throw new Problem('text-changed');
  return at;
}

/** Segments in the order of the text; one without a sentence after what it followed. Those whose sentence stands there remember its neighbours of now. */
function inOrder(placed: readonly Placed[], sentences: readonly Sentence[]): store.Segment[] {
  let last = -1;
  return placed
    .map(({ segment, place: { at, state } }) => {
      last = at ?? last;
      return { order: last, isOrphan: at === null, segment: at !== null && state === 'current' ? { ...segment, ...anchorOf(sentences, at), source: segment.source } : segment };
    })
    .toSorted((one, other) => one.order - other.order || Number(one.isOrphan) - Number(other.isOrphan))
    .map(({ segment }) => segment);
}

function told({ documentId, language }: At, segments: readonly store.Segment[], sentences: readonly Sentence[]): Out<typeof translations.read> {
  const places = alignKept(segments, sentences);
  return {
    documentId,
    language,
    segments: segments.map((segment, which) => ({ ...segment, madeAt: segment.madeAt.toISOString(), changedAt: segment.changedAt?.toISOString() ?? null, state: places[which]!.state })),
    untranslated: sentences.length - places.filter(({ at }) => at !== null).length,
  };
}
