import * as z from 'zod';
import { AssistId, DocumentId, Instant, NodeId, PacketId, ProjectId, UserId } from './ids.ts';
import { ProblemBody } from './problems.ts';
import type { Ability } from './roles.ts';
import { accountRoute, projectRoute, publicRoute } from './route.ts';
import { Ticket } from './sync.ts';

/** Whose models can be asked: two makers, and `endpoint`, whatever speaks OpenAI's protocol at the address that the operator gave. */
export const Provider = z.enum(['openai', 'anthropic', 'endpoint']);
export type Provider = z.infer<typeof Provider>;

/** What the AI service can be asked for. */
export const Feature = z.enum(['continue', 'rewrite', 'style', 'expand', 'shorten', 'translate', 'storyboard', 'script', 'ask', 'summarise', 'simulate', 'react', 'research', 'forecast', 'endings']);
export type Feature = z.infer<typeof Feature>;

/** What one must be allowed to do in a work to ask for it: whoever reads may ask about what they read, proposals are for those who may make them. */
export const ASSIST_NEEDS: Record<Feature, Ability> = {
  continue: 'story.suggest',
  rewrite: 'story.suggest',
  style: 'story.suggest',
  expand: 'story.suggest',
  shorten: 'story.suggest',
  translate: 'story.suggest',
  storyboard: 'story.suggest',
  script: 'story.suggest',
  research: 'story.suggest',
  react: 'story.suggest',
  forecast: 'story.suggest',
  endings: 'story.suggest',
  simulate: 'story.read',
  ask: 'story.read',
  summarise: 'story.read',
};

/** What one must be allowed to do in a work to have a recording written down. */
export const TRANSCRIBE_NEEDS: Ability = 'story.suggest';

/**
 * A stretch of a scene, found again after edits: positions in UTF-16 units of the scene's text (`sceneLines`, joined by
 * newlines), and the text that stood there (a TextPositionSelector and a TextQuoteSelector of the W3C's annotation model).
 * The words decide, the positions say which of several places that say the same is meant.
 */
export const TextSpan = z.strictObject({ documentId: DocumentId, from: z.int().min(0), to: z.int().min(0), quote: z.string().max(20_000) }).refine(({ from, to }) => from <= to, 'ends before it begins');
export type TextSpan = z.infer<typeof TextSpan>;

const Instruction = z.string().trim().max(2_000);
const Question = z.string().trim().min(1).max(2_000);
/** The last chapter or scene that may be known: what comes after it in the outline's order is not. */
const asOf = NodeId.optional();
const ofSpan = <F extends Feature>(feature: F) => z.strictObject({ feature: z.literal(feature), span: TextSpan, instruction: Instruction.optional() });

const GLOSSARY_MAX = 200;
const Term = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\r\n]*$/);
/** How a word of the manuscript is said in another language, always. Of several for the same word any will do. */
export const GlossaryTerm = z.strictObject({ source: Term, target: Term });
export type GlossaryTerm = z.infer<typeof GlossaryTerm>;

/** So many imagined readers read each episode of a forecast. */
export const FORECAST_READERS = 12;
/** So many episodes are forecast at once. */
export const FORECAST_EPISODES_MAX = 100;
/** A text that takes the place of an ending. */
const OTHER_ENDING_MAX = 20_000;

/** What is asked for. Nothing in it is an address, a model or a key. */
export const AssistTask = z.discriminatedUnion('feature', [
  /** Three short ways in which the text could go on after `span`, whose end is the caret; its quote is what stands before the caret. */
  ofSpan('continue'),
  ofSpan('rewrite'),
  ofSpan('style'),
  ofSpan('expand'),
  ofSpan('shorten'),
  ofSpan('storyboard'),
  ofSpan('script'),
  /** Segments that miss a term of the glossary are asked for once more; those that still do say so (`missed`). */
  ofSpan('translate').extend({ language: z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/), glossary: z.array(GlossaryTerm).max(GLOSSARY_MAX).optional() }),
  z.strictObject({ feature: z.literal('ask'), question: Question, asOf }),
  z.strictObject({ feature: z.literal('summarise'), nodeId: NodeId }),
  z.strictObject({
    feature: z.literal('simulate'),
    character: z.string().trim().min(1).max(80),
    message: Question,
    said: z
      .array(z.strictObject({ by: z.enum(['writer', 'character']), text: z.string().max(4_000) }))
      .max(40)
      .default([]),
    asOf,
  }),
  z.strictObject({ feature: z.literal('react'), nodeId: NodeId, readers: Instruction.optional() }),
  /** Imagined readers read one episode after the other and say whether they would read on. An episode is a chapter, or a scene that stands in none. */
  z.strictObject({ feature: z.literal('forecast'), fromId: NodeId, toId: NodeId, readers: Instruction.optional() }),
  /**
   * The same readers read an episode with two endings: its own, from `begins` on or its last scene, and another in its place. Who reads
   * which first is drawn by `seed`, which without one is of the texts; nothing of the other ending enters the manuscript.
   */
  z.strictObject({
    feature: z.literal('endings'),
    nodeId: NodeId,
    begins: TextSpan.optional(),
    other: z.union([z.strictObject({ nodeId: NodeId }), z.strictObject({ text: z.string().trim().min(1).max(OTHER_ENDING_MAX) })]),
    seed: z.int().min(0).max(0xff_ff_ff_ff).optional(),
    readers: Instruction.optional(),
  }),
  z.strictObject({ feature: z.literal('research'), question: Question, sources: z.array(z.string().max(20_000)).max(5).default([]) }),
]);
export type AssistTask = z.infer<typeof AssistTask>;

/**
 * Where an item of a brief stands, from what changes least to what changes with every keystroke, so that a maker's prompt
 * cache serves: the work itself, its facts, what happened so far, passages that were looked up, the plan, the text at hand.
 */
export const Layer = z.enum(['work', 'facts', 'recap', 'passages', 'plan', 'text']);
export type Layer = z.infer<typeof Layer>;

/** The episode that something is of. */
const Episode = z.object({ nodeId: NodeId, title: z.string() });

/** One thing that a model is told. `of`: whose text it is; `source`: where in the manuscript it stands; `episode`: of which it is, where episodes are asked about one by one. */
export const BriefItem = z.object({ id: z.string(), layer: Layer, title: z.string(), text: z.string(), source: TextSpan.nullable(), of: z.array(UserId), episode: Episode.optional() });
export type BriefItem = z.infer<typeof BriefItem>;

/** Numbers of a model that stand for a text: float32, little-endian, in base64. */
const Vector = z.base64().min(4).max(22_000);
/** Whose numbers: those of one model do not compare with another's. */
const Meaning = z.strictObject({ provider: Provider, model: z.string().min(1).max(200) });
const NAMED_MAX = 500;
/** So many passages are handed out and given back at once. */
export const MEANINGS_AT_ONCE = 32;

/** What core lets be told for a task, and what it kept back, each with the reason. */
export const StoryBrief = z.object({
  /** The first of the asked-for providers that the work allows; what is here may go there. */
  provider: Provider,
  /** Others to which every item may go as well, when the first fails. */
  also: z.array(Provider),
  /** The work's title. */
  title: z.string(),
  items: z.array(BriefItem),
  /** No room for it. */
  dropped: z.array(z.object({ id: z.string(), layer: Layer, title: z.string() })),
  /** Written by people who have not agreed that their text goes to this provider, and not needed: what is needed is refused with `consent-needed`. */
  withheld: z.array(z.object({ title: z.string(), of: z.array(z.object({ userId: UserId, name: z.string() })) })),
  /** Of those who were asked about (`people`), who has not agreed that their text goes to this provider. */
  unwilling: z.array(UserId).default([]),
  /** May this project's answers be kept for an hour, and longer than the proposal is pending? */
  cacheAnswers: z.boolean(),
  keepTexts: z.boolean(),
});
export type StoryBrief = z.infer<typeof StoryBrief>;

/** A member's or the work's word that text may go to a provider, under the notice that was shown. */
const Agreement = z.object({ provider: Provider, notice: z.string(), at: Instant });

/** Whether and how a work is helped by AI. `never`: locked, nothing of it is sent anywhere, whoever asks. */
export const AiMode = z.enum(['off', 'on', 'never']);
export type AiMode = z.infer<typeof AiMode>;
export const AiSettings = z.object({
  mode: AiMode,
  /** The providers that the owner allowed for this work. */
  allowed: z.array(Agreement),
  cacheAnswers: z.boolean(),
  keepTexts: z.boolean(),
  /** Whether passages are also found by what they mean: then all text of those who agreed goes to the provider that makes the numbers. */
  byMeaning: z.boolean().default(false),
  /** Whether episodes may be forecast. Off until the owner turns it on: what imagined readers say was compared with no real numbers. */
  forecast: z.boolean().default(false),
  members: z.array(z.object({ userId: UserId, name: z.string(), agreed: z.array(Agreement) })),
});
export type AiSettings = z.infer<typeof AiSettings>;

const Agreeing = z.array(z.strictObject({ provider: Provider, notice: z.string().min(1).max(64) })).max(3);

/** Core's part: who may ask for help in a work, with what consent, and what of the manuscript is told. */
export const assistGrants = {
  ticket: projectRoute('POST /projects/:projectId/assists/tickets', { needs: 'story.read', status: 201, output: Ticket, summary: 'A one-use ticket for the AI service, good for 30 s.' }),
  settings: projectRoute('GET /projects/:projectId/ai', { needs: 'project.read', output: AiSettings, summary: 'Whether the work is helped by AI, whose models, and who agreed to it.' }),
  decide: projectRoute('PUT /projects/:projectId/ai', {
    needs: 'project.manage',
    body: z.strictObject({ mode: AiMode, allowed: Agreeing, cacheAnswers: z.boolean().default(false), keepTexts: z.boolean().default(false), byMeaning: z.boolean().default(false), forecast: z.boolean().default(false) }),
    output: AiSettings,
    summary: 'Turn help by AI on or off for the work, or lock it; the owner agrees for the work, and for their own text.',
  }),
  agree: projectRoute('PUT /projects/:projectId/ai/consent', {
    needs: 'project.read',
    body: z.strictObject({ agreed: Agreeing }),
    output: AiSettings,
    summary: 'Say to whose models one’s own text may go. What was agreed to before and is not named is withdrawn.',
  }),
  mandate: projectRoute('POST /projects/:projectId/assists/mandates', {
    needs: 'story.read',
    status: 201,
    output: z.object({ mandate: z.string(), expiresAt: Instant }),
    summary: 'For the AI service, in the caller’s name: the right to read briefs for one task, for at most a day, as long as the caller keeps theirs. Takes the ticket that the AI service was given.',
  }),
  brief: projectRoute('POST /projects/:projectId/briefs', {
    needs: 'story.read',
    body: z.strictObject({
      task: AssistTask,
      providers: Agreeing.min(1),
      /** What the question means, where the house has a model for that: passages are then found by it as well. */
      meaning: Meaning.extend({ notice: z.string().min(1).max(64), vector: Vector }).optional(),
      /** Whose text would be sent besides what is told now. */
      people: z.array(UserId).max(NAMED_MAX).default([]),
    }),
    output: StoryBrief,
    summary: 'What a model may be told for a task: read at one moment, as far as the caller may read, and only text whose authors agreed. `providers` in the order in which they are wanted, each with the version of its notice.',
  }),
  unread: projectRoute('POST /projects/:projectId/meanings/unread', {
    needs: 'story.read',
    body: Meaning.extend({ notice: z.string().min(1).max(64) }),
    output: z.object({
      /** Whether passages of this work are found by meaning, by this provider, and the caller’s questions may go there. */
      on: z.boolean(),
      passages: z.array(z.object({ documentId: DocumentId, hash: z.string(), text: z.string(), of: z.array(UserId) })),
      /** Whether there are more after these. */
      more: z.boolean(),
    }),
    summary: 'For the AI service, in the caller’s name: passages that have no numbers yet, some at a time, only text whose authors agreed. None for those who may not write.',
  }),
  keepMeanings: projectRoute('PUT /projects/:projectId/meanings', {
    needs: 'story.write',
    body: Meaning.extend({
      notice: z.string().min(1).max(64),
      passages: z
        .array(z.strictObject({ documentId: DocumentId, hash: z.string().max(64), vector: Vector }))
        .min(1)
        .max(MEANINGS_AT_ONCE),
    }),
    output: z.object({ kept: z.int() }),
    summary: 'For the AI service, in the caller’s name: the numbers of passages, kept for those that stand in the manuscript as they were handed out and may still go to that provider.',
  }),
};

/** What a thing costs, in millionths of the house's currency unit. */
const Micros = z.int().min(0);

/** Exactly what will be sent, and what it will cost. `hash`: SHA-256 of the messages as they go out. */
export const Packet = z.object({
  id: PacketId,
  hash: z.string(),
  provider: Provider,
  model: z.string(),
  /** The rules that stand before everything else. */
  rules: z.string(),
  /** What is asked, as the model reads it. */
  request: z.string(),
  items: z.array(BriefItem.extend({ tokens: z.int().min(0) })),
  dropped: StoryBrief.shape.dropped,
  withheld: StoryBrief.shape.withheld,
  tokens: z.int().min(0),
  /** Whether `tokens` were counted by the model's own tokenizer. */
  tokensExact: z.boolean(),
  /** The most it can cost: everything sent, and the longest answer. Null when the operator gave no price. */
  costMost: Micros.nullable(),
  currency: z.string(),
  expiresAt: Instant,
});
export type Packet = z.infer<typeof Packet>;

/** Where something that an answer says stands in the manuscript; the quote was found there, word for word. */
export const Citation = z.object({ itemId: z.string(), span: TextSpan });
export type Citation = z.infer<typeof Citation>;

/** What stands beside every number that imagined readers made, in the interface's first language. */
export const simulatedLabel = (n: number): string => `시뮬레이션, n=${n}`;
const simulated = { simulation: z.literal(true), /** `시뮬레이션, n=…` */ label: z.string(), /** How many imagined readers it is of. */ n: z.int().min(0) };

/** How many of the imagined readers would read on; `low` and `high` bound the share (Wilson's interval, 95 %), and of no reader there is none. */
export const SimulatedShare = z.object({ ...simulated, readOn: z.int(), share: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() });
export type SimulatedShare = z.infer<typeof SimulatedShare>;
/** By how much one share exceeds the other, of readers who read both (Newcombe's paired interval, 95 %). */
export const SimulatedDifference = z.object({ ...simulated, difference: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() });
export type SimulatedDifference = z.infer<typeof SimulatedDifference>;

/** What an imagined reader says. `reader`: their number in the list of readers, from 1; `place`: what made them say so, where that stands in the manuscript. */
export const SimulatedReader = z.object({ reader: z.int().min(1), readOn: z.boolean(), why: z.string(), expects: z.string().nullable(), place: Citation.nullable() });
export type SimulatedReader = z.infer<typeof SimulatedReader>;
/** An episode as imagined readers took it. `reused`: they were asked before, about the same; `unread`: how many of what they said did not stand. */
export const ForecastEpisode = Episode.extend({ share: SimulatedShare, said: z.array(SimulatedReader), reused: z.boolean(), unread: z.int() });
export type ForecastEpisode = z.infer<typeof ForecastEpisode>;

/** What came of an assist. Text, never markup; it enters a manuscript only by a writer's hand. */
export const AssistResult = z.discriminatedUnion('kind', [
  /** Ways to go on (`continue`), or one text in the place of another (`rewrite` …), or a summary. */
  z.object({ kind: z.literal('texts'), texts: z.array(z.string()) }),
  /** Sentences with their places; `found` is false when the manuscript does not say, and then `nearest` are the passages that come close. */
  z.object({ kind: z.literal('answer'), found: z.boolean(), sentences: z.array(z.object({ text: z.string(), citations: z.array(Citation) })), nearest: z.array(Citation) }),
  /**
   * Lines of a table: shots, spoken lines, aligned segments, reactions, claims. Which fields there are is the feature's. A segment
   * that is told although it misses terms of the glossary names them in `missed`, and has no such field otherwise.
   */
  z.object({ kind: z.literal('rows'), rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), Citation, z.array(GlossaryTerm), z.null()]))) }),
  /** Episodes in their order, as far as they were read. Compared with real numbers it never was (`compared`: of how many episodes there were any). */
  z.object({ kind: z.literal('forecast'), simulation: z.literal(true), readers: z.array(z.string()), episodes: z.array(ForecastEpisode), of: z.int(), compared: z.literal(0) }),
  /** An episode with its own ending and with another. `first`: which of the two a reader read first. */
  z.object({
    kind: z.literal('endings'),
    simulation: z.literal(true),
    readers: z.array(z.string()),
    seed: z.int(),
    now: SimulatedShare,
    other: SimulatedShare,
    /** The other ending's share less that of the one there is. */
    difference: SimulatedDifference,
    said: z.array(z.object({ reader: z.int().min(1), first: z.enum(['now', 'other']), now: SimulatedReader, other: SimulatedReader })),
    reused: z.boolean(),
    unread: z.int(),
  }),
]);
export type AssistResult = z.infer<typeof AssistResult>;

export const AssistUsage = z.object({ tokensIn: z.int(), tokensOut: z.int(), /** By the provider's word, or counted here because its word did not come. */ estimated: z.boolean(), cost: Micros.nullable(), currency: z.string() });
export type AssistUsage = z.infer<typeof AssistUsage>;

/** `cut`: over at the longest that an answer may be, with what came; it can be gone on with. */
export const AssistState = z.enum(['waiting', 'running', 'done', 'cut', 'cancelled', 'failed']);
export type AssistState = z.infer<typeof AssistState>;

/** An assist as its asker sees it. */
export const Assist = z.object({
  id: AssistId,
  projectId: ProjectId,
  feature: Feature,
  state: AssistState,
  provider: Provider,
  model: z.string(),
  packetHash: z.string(),
  itemIds: z.array(z.string()),
  result: AssistResult.nullable(),
  usage: AssistUsage.nullable(),
  problem: ProblemBody.nullable(),
  /** Whether anything was sent to the provider. */
  left: z.boolean(),
  /** Whether it is an answer kept from the same request within the hour; it cost nothing. */
  cached: z.boolean(),
  decision: z.enum(['accepted', 'dismissed']).nullable(),
  createdAt: Instant,
});
export type Assist = z.infer<typeof Assist>;

/** What comes on the stream of an assist (`text/event-stream`); `event:` is `type`, `id:` counts from 1, `data:` is this. */
export const AssistEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), provider: Provider, model: z.string(), packetHash: z.string() }),
  /** More of the text number `at`, as it comes. */
  z.object({ type: z.literal('text'), at: z.int().min(0), text: z.string() }),
  /** A sentence or a row that is whole and was verified. */
  z.object({ type: z.literal('part'), part: z.unknown() }),
  /** Long work: so much of so much is done. */
  z.object({ type: z.literal('progress'), done: z.int(), of: z.int() }),
  /** The last of a stream. */
  z.object({ type: z.literal('ended'), assist: Assist }),
]);
export type AssistEvent = z.infer<typeof AssistEvent>;

/** What a line of the ledger is about: something asked for, passages that were sent so that they can be found by what they mean, a recording that was written down, a line that was spoken. */
const LedgerFeature = z.enum([...Feature.options, 'meaning', 'transcribe', 'speak']);

/** The largest recording that is taken, in bytes: OpenAI takes 25 MiB of a whole request, and a recording is not all of one. */
export const RECORDING_BYTES_MAX = 24 * 1_024 * 1_024;

/** What was said in a recording. Text, never markup; it is kept nowhere but where the asker puts it. */
const Transcription = z.object({ assistId: AssistId, text: z.string(), provider: Provider, model: z.string(), usage: AssistUsage });

/** A line of the ledger: who sent which items of whose to whom, and what it cost. Never what they said. */
export const LedgerLine = z.object({
  assistId: AssistId,
  at: Instant,
  by: UserId,
  feature: LedgerFeature,
  provider: Provider,
  model: z.string(),
  state: AssistState,
  left: z.boolean(),
  packetHash: z.string(),
  items: z.array(z.object({ id: z.string(), of: z.array(UserId) })),
  usage: AssistUsage,
  decision: Assist.shape.decision,
  /** Whether it is an answer kept from the same request within the hour; nothing was sent, and it cost nothing. */
  cached: z.boolean(),
});
export type LedgerLine = z.infer<typeof LedgerLine>;

/** How much of a limit is used; null means without limit. */
const Allowance = z.object({ used: z.int(), limit: z.int().nullable(), resetsAt: Instant });

const assistParams = z.object({ assistId: AssistId });
const Asked = z.strictObject({ projectId: ProjectId, provider: Provider.optional(), without: z.array(z.string().max(64)).max(200).default([]) });

/**
 * The AI service's own routes (:8101, through nginx under `/ai`). A ticket of core's, once, or a personal token is the bearer.
 * `POST /assists` and `GET /assists/:assistId/events` answer a stream when `Accept` asks for `text/event-stream`.
 */
export const assists = {
  health: publicRoute('GET /health', { output: z.object({ status: z.literal('ok'), service: z.literal('ai') }), summary: 'Whether the process lives.', example: { status: 'ok', service: 'ai' } }),
  ready: publicRoute('GET /health/ready', { output: z.object({ status: z.literal('ok'), database: z.literal('ok') }), summary: 'Whether it can serve: the database answers.', example: { status: 'ok', database: 'ok' } }),
  providers: accountRoute('GET /providers', {
    query: z.object({ projectId: ProjectId }),
    output: z.object({
      /** What the house has set up. `notice`: the operator's dated word on what the provider does with text; `version` is what one agrees to. */
      providers: z.array(z.object({ provider: Provider, name: z.string(), host: z.string(), notice: z.object({ version: z.string(), ko: z.string(), en: z.string(), url: z.string().nullable() }) })),
      /** Who answers what: the first that the work allows. */
      features: z.array(z.object({ feature: Feature, models: z.array(z.object({ provider: Provider, model: z.string() })) })),
      /** Whose model finds passages by what they mean; null where none does. */
      meaning: Meaning.nullable(),
      /** Whose model writes down what is said in a recording; null where none does. */
      transcription: z.object({ provider: Provider, model: z.string() }).nullable(),
      /** Whose model speaks the lines of a reading script; null where none does. */
      speech: z.object({ provider: Provider, model: z.string() }).nullable(),
    }),
    summary: 'Whose models this house has set up and what they answer; empty when none is.',
  }),
  packet: accountRoute('POST /packets', { status: 201, body: Asked.extend({ task: AssistTask }), output: Packet, summary: 'What would be sent for a task, to the word, with its size and price. Kept for ten minutes.' }),
  ask: accountRoute('POST /assists', {
    status: 202,
    body: z.union([Asked.extend({ task: AssistTask }), z.strictObject({ projectId: ProjectId, packetId: PacketId }), z.strictObject({ projectId: ProjectId, goOn: AssistId })]),
    output: z.object({ id: AssistId }),
    summary:
      'Ask for help: a packet that was shown, a task, or that an answer that was cut (`cut`, and not of long work) goes on, with the same items and what was said. With `Accept: text/event-stream` the answer is its stream. The same `Idempotency-Key` with the same request is the same assist for a day.',
  }),
  transcribe: accountRoute('POST /transcriptions', {
    query: z.object({ projectId: ProjectId }),
    body: 'bytes',
    output: Transcription,
    summary:
      'Write down what is said in a recording of one’s own voice: WAV, MP3, M4A, OGG, WebM or FLAC, up to 24 MiB, known by its bytes. It is kept nowhere. Who closes the connection cancels. A failure says in `details.left` whether the recording was sent to the provider.',
  }),
  speak: accountRoute('POST /assists/:assistId/speech', {
    params: assistParams,
    body: z.strictObject({ row: z.int().min(0).max(10_000) }),
    output: 'sound',
    summary:
      'Hear a line of a reading script (`script`) that is over and was not decided, spoken as it stands there, row by row from 0. The sound comes as it is made and is kept nowhere. Who closes the connection cancels. A failure says in `details.left` whether the line was sent to the provider.',
  }),
  read: accountRoute('GET /assists/:assistId', { params: assistParams, output: Assist, summary: 'An assist, and its result while it is pending.' }),
  events: accountRoute('GET /assists/:assistId/events', { params: assistParams, output: 'text', summary: 'The stream of an assist, from its beginning or after `Last-Event-ID`; it may be read again and by several at once.' }),
  cancel: accountRoute('POST /assists/:assistId/cancel', { params: assistParams, output: Assist, summary: 'Stop an assist. What came is kept, and counted.' }),
  decide: accountRoute('POST /assists/:assistId/decision', {
    params: assistParams,
    body: z.strictObject({ decision: z.enum(['accepted', 'dismissed']) }),
    output: Assist,
    summary: 'Say what became of the proposal. Its texts are forgotten, unless the work keeps them.',
  }),
  ledger: accountRoute('GET /ledger', {
    query: z.object({ projectId: ProjectId, before: AssistId.optional(), limit: z.coerce.number().int().min(1).max(500).default(100) }),
    output: z.object({ items: z.array(LedgerLine), next: AssistId.nullable() }),
    summary: 'Who sent what of whose to whom, the newest first. The owner sees the whole work’s; others what they sent, and what of theirs was sent.',
  }),
  allowance: accountRoute('GET /allowance', {
    query: z.object({ projectId: ProjectId }),
    output: z.object({ personTokensToday: Allowance, projectTokensToday: Allowance, projectCostThisMonth: Allowance, currency: z.string() }),
    summary: 'How much may still be asked for.',
  }),
};
