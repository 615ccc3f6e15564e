import type { Logger } from '@cowrite/service-kit';
import { z } from 'zod';
import { Listening } from './listening.ts';

/** What core, the compactor and other nodes say over NOTIFY. Hints, all of them: whatever is lost here, a poll finds. */
const Notification = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), projectId: z.string(), seq: z.number().optional() }),
  z.object({ kind: z.literal('standing'), projectId: z.string().optional(), userId: z.string().optional() }),
  z.object({ kind: z.literal('edits') }),
  z.object({ kind: z.literal('settled'), documentId: z.string(), lengths: z.record(z.string(), z.number()) }),
  z.object({ kind: z.literal('stream'), streamId: z.string() }),
]);
export type Notification = z.infer<typeof Notification>;

/** The channel core and the compactor notify on. */
export const CHANNEL = 'cowrite';

/** Listens to core and the compactor. Whatever was said while nobody listened is found by looking everywhere: `onConnected`. */
export function notifications({ databaseUrl, hear, onConnected, logger }: { databaseUrl: string; hear: (notification: Notification) => void; onConnected: () => void; logger: Logger }): Listening {
  return new Listening({
    databaseUrl,
    channel: CHANNEL,
    logger,
    onConnected,
    hear: (payload) => {
      const parsed = Notification.safeParse(parseJson(payload));
      if (parsed.success) hear(parsed.data);
      else logger.warn({ bytes: payload.length }, 'a notification that means nothing');
    },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
