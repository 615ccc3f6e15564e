import * as z from 'zod';

/** What the browser asks the studio's own address for (`GET /config`) before anything else; nothing is built in. */
export const StudioConfig = z.object({
  /** Where core answers, without a slash at the end. */
  apiUrl: z.string(),
  /** Where sync answers, ws: or wss:, without a slash at the end. */
  wsUrl: z.string(),
  /** Where the media service answers, without a slash at the end. */
  mediaUrl: z.string(),
  /** Where the AI service answers, without a slash at the end. */
  aiUrl: z.string(),
});
export type StudioConfig = z.infer<typeof StudioConfig>;
