import { assistGrants, type AssistTask, Problem, ProblemBody, type ProjectId, type Provider, type StoryBrief } from '@cowrite/contract';

/** Core, as far as this service asks it: in the asker's name, with the asker's right. */
export interface Core {
  /** The right to read briefs of a work, in the name of whoever showed `bearer`, a ticket or a personal token; it lasts as long work does. */
  mandate(bearer: string, projectId: ProjectId): Promise<string>;
  /** What may be told for a task. @throws Problem as core says, `unavailable` when it does not answer */
  brief(mandate: string, projectId: ProjectId, task: AssistTask, providers: readonly { provider: Provider; notice: string }[]): Promise<StoryBrief>;
}

const ANSWERS_WITHIN_MS = 30_000;

export function coreAt(url: string, send: typeof fetch): Core {
  async function post(path: string, bearer: string, body: unknown): Promise<unknown> {
    const answer = await send(new URL(path, url), {
      method: 'POST',
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
  const at = (path: string, projectId: ProjectId): string => path.replace(':projectId', projectId);

  return {
    mandate: async (bearer, projectId) => assistGrants.mandate.output.parse(await post(at(assistGrants.mandate.path, projectId), bearer, {})).mandate,
    brief: async (mandate, projectId, task, providers) => assistGrants.brief.output.parse(await post(at(assistGrants.brief.path, projectId), mandate, { task, providers })),
  };
}
