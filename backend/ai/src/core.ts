import { assistGrants, type Out, Problem, ProblemBody, type ProjectId, type Route, type StoryBrief } from '@cowrite/contract';
import type { z } from 'zod';

type BriefAsked = z.input<typeof assistGrants.brief.body>;
type MeaningSource = z.input<typeof assistGrants.unread.body>;

/** Core, as far as this service asks it: in the asker's name, with the asker's right. */
export interface Core {
  /** The right to read briefs of a work, in the name of whoever showed `bearer`, a ticket or a personal token; it lasts as long work does. */
  mandate(bearer: string, projectId: ProjectId): Promise<string>;
  /** What may be told for a task. @throws Problem as core says, `unavailable` when it does not answer */
  brief(mandate: string, projectId: ProjectId, asked: BriefAsked): Promise<StoryBrief>;
  /** Passages that have no numbers yet. @throws Problem as core says */
  unread(mandate: string, projectId: ProjectId, source: MeaningSource): Promise<Out<typeof assistGrants.unread>>;
  /** Gives their numbers back. @returns how many were kept */
  keepMeanings(mandate: string, projectId: ProjectId, kept: z.input<typeof assistGrants.keepMeanings.body>): Promise<number>;
}

const ANSWERS_WITHIN_MS = 30_000;

export function coreAt(url: string, send: typeof fetch): Core {
  async function call(method: 'POST' | 'PUT', path: string, bearer: string, body: unknown): Promise<unknown> {
    const answer = await send(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    }).catch(() => {
      throw new Problem('unavailable');
    });
    const said: unknown = await answer.json().catch(() => null);
    if (answer.ok) return said;
    const problem = ProblemBody.safeParse(said);
    if (!problem.success || problem.data.status >= 500) throw new Problem('unavailable');
    throw new Problem(problem.data.code, problem.data.details, problem.data.errors);
  }
  const by = async <R extends Route>(route: R, bearer: string, projectId: ProjectId, body: unknown): Promise<Out<R>> =>
    (route.output as z.ZodType).parse(await call(route.method as 'POST' | 'PUT', route.path.replace(':projectId', projectId), bearer, body)) as Out<R>;

  return {
    mandate: async (bearer, projectId) => (await by(assistGrants.mandate, bearer, projectId, {})).mandate,
    brief: (mandate, projectId, asked) => by(assistGrants.brief, mandate, projectId, asked),
    unread: (mandate, projectId, source) => by(assistGrants.unread, mandate, projectId, source),
    keepMeanings: async (mandate, projectId, kept) => (await by(assistGrants.keepMeanings, mandate, projectId, kept)).kept,
  };
}
