import { type AssistTask, type BriefItem, type DocumentId, type Feature, type Layer, type NodeId, Problem, type Provider, type StoryBrief, type UserId } from '@cowrite/contract';
import { findSpan, type RankedPassage, type Run } from '@cowrite/manuscript';

/**
 * What a model may be told for a task: a pure function of what was read. Nothing is here that may not be told: author's notes,
 * the trash and what comes after `asOf` were not read, so that no rule has to take them out again.
 */

/** A scene as it was read. */
export interface BriefScene {
  documentId: DocumentId;
  /** Where it is, as people say it: `1부 › 3화`. */
  title: string;
  text: string;
  /** The text again, in runs that say whose it is. */
  runs: readonly Run[];
}

/** An episode as it was read. */
interface BriefEpisode {
  nodeId: NodeId;
  title: string;
  scenes: readonly BriefScene[];
}

/** What imagined readers read, in reading order: nothing that comes after is among it. */
export interface BriefRead {
  /** The last episodes before those. */
  earlier: readonly BriefEpisode[];
  asked: readonly BriefEpisode[];
  /** A scene that is tried as another ending. */
  other: BriefScene | null;
}

/** All that was read at one moment. */
export interface Material {
  work: { title: string; genre: string; description: string };
  /** The scenes that the task is about, in reading order. */
  scenes: readonly BriefScene[];
  /** The scene before them, for how it stood when they begin. */
  before: BriefScene | null;
  /** Places in `found` that a question is about, the best first. */
  passages: readonly RankedPassage[];
  found: readonly BriefScene[];
  /** Null where no episodes are read. */
  read: BriefRead | null;
  /** Who asks: what they bring themselves is theirs, by their own word. */
  asker: UserId;
  nameOf(userId: UserId): string;
  /** Whether the text of this person may go to this provider. */
  agreed(userId: UserId, provider: Provider): boolean;
  /** The providers that the work allows, in the order in which they are wanted; at least one. */
  providers: readonly [Provider, ...Provider[]];
}

/** Tokens that a layer may have, by feature. */
type Room = Partial<Record<Layer, number>>;
const AROUND_A_SPAN: Room = { work: 1_200, recap: 1_500, text: 12_000 };
const ROOM: Record<Feature, Room> = {
  continue: { work: 1_200, recap: 1_500, text: 4_000 },
  rewrite: AROUND_A_SPAN,
  style: AROUND_A_SPAN,
  expand: AROUND_A_SPAN,
  shorten: AROUND_A_SPAN,
  translate: { work: 1_200, text: 20_000 },
  storyboard: AROUND_A_SPAN,
  script: AROUND_A_SPAN,
  ask: { work: 300, passages: 6_000 },
  // Summed up scene by scene, so that a whole arc may be told; the AI service refuses a scene that no model takes.
  summarise: { work: 300, text: 3_000_000 },
  simulate: { work: 800, passages: 3_000 },
  react: { work: 300, text: 60_000 },
  // Read episode by episode, and those before as their summaries; the AI service refuses one that no model takes.
  forecast: { work: 1_200, recap: 3_000_000, text: 3_000_000 },
  endings: { work: 1_200, recap: 3_000_000, text: 60_000 },
  research: { work: 300 },
};

/** Units of text on each side of what is asked about. Whole lines before, so that a model hears sentences and not ends of them. */
const BEFORE_CARET = 3_000;
const BEFORE_SELECTION = 1_500;
const AFTER = 600;
const RECAP = 1_500;

/**
 * At most so many tokens, whoever's tokenizer counts: a syllable of Hangul or a Han character is seldom more than one, four
 * Latin letters are about one. The AI service counts exactly before it sends.
 */
function tokensAtMost(text: string): number {
  const wide = text.match(/[\u1100-\u11ff\u3000-\u9fff\uac00-\ud7af\uf900-\ufaff]/gu)?.length ?? 0;
  return Math.ceil(wide * 1.1 + (text.length - wide) / 2.5);
}

/** An item with all that decides whether it may be told. */
interface Candidate extends BriefItem {
  /** Without it the task cannot be done. */
  isNeeded: boolean;
  /** Some of it is of nobody who is known. */
  hasUnknown: boolean;
}

/** Who wrote what stands between `from` and `to`; spaces and breaks are nobody's. */
export function authorsOf(runs: readonly Run[], from: number, to: number): { of: UserId[]; hasUnknown: boolean } {
  const of = new Set<UserId>();
  let hasUnknown = false;
  let at = 0;
  for (const { text, by } of runs) {
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    at += text.length;
    if (part.trim() === '') continue;
    if (by !== null) of.add(by as UserId);
    // A scene break is written by nobody.
    else if (!/^[\s*]*$/.test(part)) hasUnknown = true;
  }
  return { of: [...of], hasUnknown };
}

function itemOf(scene: BriefScene, from: number, to: number, about: { id: string; layer: Layer; title?: string; isNeeded?: boolean }): Candidate {
  const quote = scene.text.slice(from, to);
  // A quote is what finds the place again; a very long one is found by how it begins.
  const source = { documentId: scene.documentId, from, to: from + Math.min(quote.length, 2_000), quote: quote.slice(0, 2_000) };
  return { id: about.id, layer: about.layer, title: about.title ?? scene.title, text: quote, source, isNeeded: about.isNeeded ?? false, ...authorsOf(scene.runs, from, to) };
}

/** Where the line begins in which `at` stands. */
const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** Where a window of at most `units` that ends at `end` begins: at a line, or at a sentence of a line that is too long. */
function windowStart(text: string, end: number, units: number): number {
  const from = Math.max(0, end - units);
  if (from === 0) return 0;
  const line = text.indexOf('\n', from - 1);
  if (line >= 0 && line + 1 < end) return line + 1;
  const sentence = /[.!?…”"』」]\s+/u.exec(text.slice(from, end));
  return sentence === null ? from : from + sentence.index + sentence[0].length;
}

/** Where a window of at most `units` that begins at `start` ends. */
function windowEnd(text: string, start: number, units: number): number {
  if (start + units >= text.length) return text.length;
  const line = text.lastIndexOf('\n', start + units);
  return line > start ? line : start + units;
}

/** The scene that a span is in, and where. @throws Problem `text-changed` when its words are not there any more. */
function placeOf(scenes: readonly BriefScene[], span: Extract<AssistTask, { span: unknown }>['span']): { scene: BriefScene; from: number; to: number } {
  const scene = scenes.find(({ documentId }) => documentId === span.documentId);
  const place = scene === undefined ? null : findSpan(scene.text, span);
  if (scene === undefined || place === null) throw new Problem('text-changed');
  return { scene, ...place };
}

/** The items of a task before anything is left out, each layer in its order. */
function candidates(task: AssistTask, material: Material): Candidate[] {
  const { work, scenes, before, found, passages } = material;
  const about = [work.genre && `장르: ${work.genre}`, work.description].filter((line) => line !== '').join('\n');
  const items: Candidate[] = about === '' ? [] : [{ id: 'work', layer: 'work', title: work.title, text: about, source: null, of: [], isNeeded: false, hasUnknown: false }];
  if (before !== null && before.text.trim() !== '') {
    const from = windowStart(before.text, before.text.length, RECAP);
    items.push(itemOf(before, from, before.text.length, { id: 'before-scene', layer: 'recap' }));
  }
  for (const [at, { text, from, to }] of passages.entries()) items.push(itemOf(found[text]!, from, to, { id: `passage-${at + 1}`, layer: 'passages' }));
  switch (task.feature) {
    case 'continue': {
      const { scene, to } = placeOf(scenes, task.span);
      items.push(itemOf(scene, windowStart(scene.text, to, BEFORE_CARET), to, { id: 'before', layer: 'text', isNeeded: true }));
      if (scene.text.slice(to).trim() !== '') items.push(itemOf(scene, to, windowEnd(scene.text, to, AFTER), { id: 'after', layer: 'text' }));
      break;
    }
    case 'rewrite':
    case 'style':
    case 'expand':
    case 'shorten':
    case 'translate':
    case 'storyboard':
    case 'script': {
      const { scene, from, to } = placeOf(scenes, task.span);
      if (scene.text.slice(from, to).trim() === '') throw new Problem('text-changed');
      const start = lineStart(scene.text, from);
      if (start > 0) items.push(itemOf(scene, windowStart(scene.text, from, BEFORE_SELECTION), from, { id: 'before', layer: 'text' }));
      items.push(itemOf(scene, from, to, { id: 'selection', layer: 'text', isNeeded: true }));
      if (scene.text.slice(to).trim() !== '') items.push(itemOf(scene, to, windowEnd(scene.text, to, AFTER), { id: 'after', layer: 'text' }));
      break;
    }
    case 'summarise':
    case 'react':
      for (const [at, scene] of scenes.entries()) if (scene.text.trim() !== '') items.push(itemOf(scene, 0, scene.text.length, { id: `scene-${at + 1}`, layer: 'text', isNeeded: true }));
      break;
    case 'forecast':
      items.push(...episodesIn(material.read!.earlier, 'recap', 'earlier'), ...episodesIn(material.read!.asked, 'text', 'episode'));
      // An empty episode is read by nobody.
      if (!items.some(({ layer }) => layer === 'text')) throw new Problem('not-found');
      break;
    case 'endings':
      items.push(...episodesIn(material.read!.earlier, 'recap', 'earlier'), ...endings(task, material));
      break;
    case 'ask':
    case 'simulate':
    case 'research':
      break;
  }
  return items;
}

/** The scenes of episodes. What comes before those that are asked about may be missing; they may not. */
const episodesIn = (episodes: readonly BriefEpisode[], layer: 'recap' | 'text', id: string): Candidate[] =>
  episodes.flatMap(({ nodeId, title, scenes }, at) =>
    scenes.filter(({ text }) => text.trim() !== '').map((scene, number) => ({ ...itemOf(scene, 0, scene.text.length, { id: `${id}-${at + 1}-${number + 1}`, layer, isNeeded: layer === 'text' }), episode: { nodeId, title } })),
  );

/** An episode up to where its ending begins, that ending, and another. @throws Problem `text-changed` when there is nothing to compare */
function endings({ begins, other }: Extract<AssistTask, { feature: 'endings' }>, { read, asker }: Material): Candidate[] {
  const { nodeId, title, scenes } = read!.asked[0]!;
  const written = scenes.filter(({ text }) => text.trim() !== '');
  const place = begins === undefined ? { scene: written.at(-1), from: 0 } : placeOf(written, begins);
  if (place.scene === undefined) throw new Problem('text-changed');
  const at = written.indexOf(place.scene);
  const part = (id: string, scene: BriefScene, from: number, to: number): Candidate[] => (scene.text.slice(from, to).trim() === '' ? [] : [{ ...itemOf(scene, from, to, { id, layer: 'text', isNeeded: true }), episode: { nodeId, title } }]);
  const now = [...part('now-1', place.scene, place.from, place.scene.text.length), ...written.slice(at + 1).flatMap((scene, number) => part(`now-${number + 2}`, scene, 0, scene.text.length))];
  const instead: Candidate[] =
    'text' in other ? [{ id: 'other-1', layer: 'text', title, text: other.text, source: null, of: [asker], isNeeded: true, hasUnknown: false, episode: { nodeId, title } }] : part('other-1', read!.other!, 0, read!.other!.text.length);
  if (now.length === 0 || instead.length === 0) throw new Problem('text-changed');
  return [...written.slice(0, at).flatMap((scene, number) => part(`until-${number + 1}`, scene, 0, scene.text.length)), ...part(`until-${at + 1}`, place.scene, 0, place.from), ...now, ...instead];
}

/** What is dropped first when there is no room: passages from the least fitting, then the recap, then facts. The rest never is. */
const DROPPED_FIRST: readonly Layer[] = ['plan', 'passages', 'recap', 'facts', 'work', 'text'];

/**
 * @throws Problem `consent-needed` when what the task needs was written by someone who has not agreed, `text-changed` when the
 * place is not there any more, `too-large` when what is needed is more than may be sent.
 */
export function briefOf(task: AssistTask, material: Material): Pick<StoryBrief, 'provider' | 'also' | 'title' | 'items' | 'dropped' | 'withheld'> {
  const [provider, ...others] = material.providers;
  const room = ROOM[task.feature];
  const kept: Candidate[] = [];
  const dropped: StoryBrief['dropped'] = [];
  const withheld: StoryBrief['withheld'] = [];
  const left = { ...room };
  for (const item of candidates(task, material)) {
    if (room[item.layer] === undefined) continue;
    const missing = item.of.filter((userId) => !material.agreed(userId, provider)).map((userId) => ({ userId, name: material.nameOf(userId) }));
    if (missing.length > 0 || item.hasUnknown) {
      if (item.isNeeded) throw new Problem('consent-needed', { people: missing.map(({ name }) => name).join(', ') || '?', userIds: missing.map(({ userId }) => userId), where: item.title, provider });
      withheld.push({ title: item.title, of: missing });
      continue;
    }
    const tokens = tokensAtMost(item.text);
    if (tokens > left[item.layer]!) {
      if (item.isNeeded) throw new Problem('too-large', { limit: `${room[item.layer]} tokens` });
      dropped.push({ id: item.id, layer: item.layer, title: item.title });
      continue;
    }
    left[item.layer]! -= tokens;
    kept.push(item);
  }
  dropped.sort((a, b) => DROPPED_FIRST.indexOf(a.layer) - DROPPED_FIRST.indexOf(b.layer));
  const also = others.filter((other) => kept.every(({ of }) => of.every((userId) => material.agreed(userId, other))));
  return { provider, also, title: material.work.title, items: kept.map(({ isNeeded: _, hasUnknown: __, ...item }) => item), dropped, withheld };
}
