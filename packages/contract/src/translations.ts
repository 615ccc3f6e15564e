import * as z from 'zod';
import { GlossaryTerm, Provider } from './assists.ts';
import { AssistId, DocumentId, Instant, SegmentId, TermId, UserId } from './ids.ts';
import { projectRoute } from './route.ts';

/** A language that is translated into: `en`, `pt-BR`. */
export const Language = z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/);

/** Segments that one translation of a scene may have. */
export const SEGMENTS_MAX = 5_000;
/** Terms that a work may have for one language: as many as a task takes. */
export const TERMS_MAX = 200;

const Words = z.string().trim().min(1).max(20_000);
/** The hash of a sentence that stands beside it; null where none does, or none is known. */
const Neighbour = z.string().max(64).nullable().default(null);

/** Whose model made a segment, by the word of whoever kept it; the ledger has the assist. */
const MadeBy = z.strictObject({ provider: Provider, model: z.string().min(1).max(200), assistId: AssistId });

/**
 * A sentence of a scene in another language, kept. `before` and `after` name its neighbours (`sentenceHash`), so that it is found
 * again without offsets. `state` says how it stands to the committed text: `current`, its sentence is there word for word; `stale`,
 * it was changed; `orphaned`, it is gone.
 */
export const KeptSegment = z.object({
  id: SegmentId,
  source: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  target: z.string(),
  /** Who kept it, and whose model said it; null when it was written by hand. */
  madeBy: UserId,
  madeAt: Instant,
  model: MadeBy.nullable(),
  /** Who changed it by hand last; null when nobody did. */
  changedBy: UserId.nullable(),
  changedAt: Instant.nullable(),
  rev: z.int(),
  state: z.enum(['current', 'stale', 'orphaned']),
});
export type KeptSegment = z.infer<typeof KeptSegment>;

/** A scene's translation into one language. `untranslated`: sentences of the committed text that have no segment. */
export const Translation = z.object({ documentId: DocumentId, language: Language, segments: z.array(KeptSegment), untranslated: z.int() });
export type Translation = z.infer<typeof Translation>;

const ofScene = z.object({ documentId: DocumentId });
const inLanguage = ofScene.extend({ language: Language });
const ofSegment = inLanguage.extend({ segmentId: SegmentId });

export const translations = {
  list: projectRoute('GET /projects/:projectId/documents/:documentId/translations', {
    needs: 'story.read',
    params: ofScene,
    output: z.object({ items: z.array(z.object({ language: Language, segments: z.int(), changedAt: Instant })) }),
    summary: 'The languages into which a scene has a translation that was kept.',
  }),
  read: projectRoute('GET /projects/:projectId/documents/:documentId/translations/:language', {
    needs: 'story.read',
    params: inLanguage,
    output: Translation,
    summary: 'A scene’s translation, in reading order, with how each segment stands to the committed text. Without segments when none was kept. Never part of the manuscript.',
  }),
  keep: projectRoute('PUT /projects/:projectId/documents/:documentId/translations/:language', {
    needs: 'story.write',
    params: inLanguage,
    body: z.strictObject({
      segments: z
        .array(z.strictObject({ source: Words, target: Words, before: Neighbour, after: Neighbour, replaces: SegmentId.optional() }))
        .min(1)
        .max(SEGMENTS_MAX),
      /** Null when they were written by hand. */
      model: MadeBy.nullable(),
      /** What becomes of segments that somebody changed by hand: `ask` refuses with `changed-by-hand` and how many they are. */
      handmade: z.enum(['ask', 'leave', 'replace']).default('ask'),
    }),
    output: z.object({ translation: Translation, kept: z.int(), left: z.int(), unplaced: z.int() }),
    summary:
      'Keep sentences with their translations, in the place of what the same sentences have. `source` is a sentence of the scene, word for word; one that is not there any more is not kept (`unplaced`), one that was changed meanwhile is kept and stale. `before` and `after` (hashes of its neighbours) say which of several that say the same is meant; `replaces` names a segment whose place it takes.',
  }),
  change: projectRoute('PATCH /projects/:projectId/documents/:documentId/translations/:language/segments/:segmentId', {
    needs: 'story.write',
    params: ofSegment,
    body: z.strictObject({ target: Words, source: Words.optional(), rev: z.int() }),
    output: KeptSegment,
    summary: 'Change a segment by hand. With `source`, a sentence of the scene as it is now, it is a translation of that sentence from then on.',
  }),
  remove: projectRoute('DELETE /projects/:projectId/documents/:documentId/translations/:language/segments/:segmentId', { needs: 'story.write', params: ofSegment, summary: 'Take a segment out of a translation.' }),
};

const Note = z.string().trim().max(500);

/** How a word of the work is said in another language, for everybody who translates it. */
export const Term = GlossaryTerm.extend({ id: TermId, language: Language, note: Note, changedBy: UserId, changedAt: Instant, rev: z.int() }).strip();
export type Term = z.infer<typeof Term>;

const termParams = z.object({ termId: TermId });

export const terms = {
  list: projectRoute('GET /projects/:projectId/terms', { needs: 'story.read', output: z.object({ items: z.array(Term) }), summary: 'The glossary of a work, by language and word.' }),
  add: projectRoute('POST /projects/:projectId/terms', {
    needs: 'story.write',
    status: 201,
    body: z.strictObject({
      terms: z
        .array(GlossaryTerm.extend({ language: Language, note: Note.default('') }))
        .min(1)
        .max(TERMS_MAX),
    }),
    output: z.object({ items: z.array(Term), added: z.int() }),
    summary: 'Add terms to the glossary, all or none. One that is there already stays as it is. Answers the whole glossary.',
  }),
  change: projectRoute('PATCH /projects/:projectId/terms/:termId', {
    needs: 'story.write',
    params: termParams,
    body: z.strictObject({ source: GlossaryTerm.shape.source.optional(), target: GlossaryTerm.shape.target.optional(), note: Note.optional(), rev: z.int() }),
    output: Term,
    summary: 'Change a term.',
  }),
  remove: projectRoute('DELETE /projects/:projectId/terms/:termId', { needs: 'story.write', params: termParams, summary: 'Take a term out of the glossary. What was translated stays as it is.' }),
};
