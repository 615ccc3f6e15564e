import type { LogRow } from '@cowrite/sync-core';
import { z } from 'zod';
import type { NewRow, RowCredits } from './update-log.ts';

/**
 * What the nodes of this service tell each other. Hints, all of them: the log has every row that is spoken of, and a room
 * that misses some finds them there (CU3). So a bus may lose, repeat, delay and disorder what it carries.
 */
export type BusMessage =
  /** A row was committed. The bytes come along where there is room for them. */
  | { kind: 'row'; documentId: string; epoch: number; row: LogRow; updates?: Uint8Array; credits?: RowCredits }
  /** People of that node moved or went. */
  | { kind: 'people'; documentId: string; people: RemotePerson[] }
  /** A document was opened there: whoever has people in it says so. */
  | { kind: 'who'; documentId: string }
  /** From now on this node speaks to the one that came: what was not said before, the log has. */
  | { kind: 'look' };

export interface RemotePerson {
  client: number;
  clock: number;
  /** JSON as the client wrote it, or null when gone. */
  state: string | null;
  who: { userId: string; name: string; colour: number };
}

/** What a node hears. `from` is the process that said it. */
export interface Ears {
  hear(from: string, message: BusMessage): void;
  /** Something may have been missed. */
  doubt(): void;
}

/** Two implementations, one suite (`bus.suite.ts`). */
export interface Bus {
  /** Begins to listen. Resolves also when the other side is away: it is tried until it answers. */
  start(ears: Ears): Promise<void>;
  /** Tells every other node. Never waits and never throws; what cannot be said is lost. */
  say(messages: readonly BusMessage[]): void;
  /** Whether anything could be heard now. */
  readonly isUp: boolean;
  stop(): Promise<void>;
}

/** What is said of a row that this node committed. */
export const rowMessage = ({ documentId, epoch, node, seq, updates, credits: credited }: NewRow): Extract<BusMessage, { kind: 'row' }> => ({ kind: 'row', documentId, epoch, row: { node, seq }, updates, credits: credited });

const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const credits = z.object({ credits: z.array(z.object({ client: z.number(), from: z.number(), to: z.number(), by: z.string() })), owners: z.array(z.object({ client: z.number(), by: z.string() })) });
const person = z.object({ client: z.number(), clock: z.number(), state: z.string().nullable(), who: z.object({ userId: z.string(), name: z.string(), colour: z.number() }) });
const Spoken = z.object({
  from: z.string(),
  messages: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('row'), documentId: z.string(), epoch: z.number(), row: z.object({ node: z.string(), seq: z.number() }), updates: bytes.optional(), credits: credits.optional() }),
      z.object({ kind: z.literal('people'), documentId: z.string(), people: z.array(person) }),
      z.object({ kind: z.literal('who'), documentId: z.string() }),
      z.object({ kind: z.literal('look') }),
    ]),
  ),
});

/** Messages as one text. */
export const spoken = (from: string, messages: readonly BusMessage[]): string =>
  JSON.stringify({ from, messages: messages.map((message) => (message.kind === 'row' && message.updates ? { ...message, updates: Buffer.from(message.updates).toString('base64') } : message)) });

/** What a text says, or null when it says nothing that is understood: a node of another version, or somebody else. */
export function understood(text: string): { from: string; messages: BusMessage[] } | null {
  try {
    const parsed = Spoken.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data as { from: string; messages: BusMessage[] }) : null;
  } catch {
    return null;
  }
}
