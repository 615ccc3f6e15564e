import { type BriefItem, DocumentId, type Layer, type StoryBrief, type TextSpan, UserId } from '@cowrite/contract';
import { randomUUID } from 'node:crypto';

/** The words of a scene, and where in it they stand. */
export interface Scene {
  documentId: DocumentId;
  text: string;
  /** The stretch of it that says `quote`, which stands in it once. */
  span(quote?: string): TextSpan;
}

export function aScene(text: string): Scene {
  const documentId = DocumentId.parse(randomUUID());
  return {
    documentId,
    text,
    span(quote = text) {
      const from = text.indexOf(quote);
      if (from < 0) throw new Error(`the scene does not say: ${quote}`);
      return { documentId, from, to: from + quote.length, quote };
    },
  };
}

/** An item that says a stretch of a scene. */
export const anItem = (layer: Layer, scene: Scene, { quote, id = randomUUID(), title = '장면', of = [] }: { quote?: string; id?: string; title?: string; of?: readonly string[] } = {}): BriefItem => {
  const source = scene.span(quote);
  return { id, layer, title, text: source.quote, source, of: of.map((author) => UserId.parse(author)) };
};

/** One that stands nowhere in the manuscript. */
export const aNote = (layer: Layer, text: string, { id = randomUUID() as string, title = '메모' } = {}): BriefItem => ({ id, layer, title, text, source: null, of: [] });

export const aBrief = (items: readonly BriefItem[], more: Partial<StoryBrief> = {}): StoryBrief => ({
  provider: 'openai',
  also: [],
  title: '동백꽃',
  items: [...items],
  dropped: [],
  withheld: [],
  unwilling: [],
  cacheAnswers: false,
  keepTexts: false,
  ...more,
});
