import { assistGrants, type AssistTask, Problem, ProblemBody, type ProjectId, type Provider, type StoryBrief } from '@cowrite/contract';

/** Core, as far as this service asks it: in the asker's name, with the asker's right. */
export interface Core {
  /** What may be told for a task. `bearer`: the ticket that came, or a personal token. @throws Problem as core says, `unavailable` when it does not answer */
  brief(bearer: string, projectId: ProjectId, task: AssistTask, providers: readonly { provider: Provider; notice: string }[]): Promise<StoryBrief>;
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
    async brief(bearer, projectId, task, providers) {
      // A ticket is good for half a minute and a token for as long as it is; core reads only what somebody's right allows.
      const right = bearer.startsWith('cwp_') ? bearer : assistGrants.mandate.output.parse(await post(at(assistGrants.mandate.path, projectId), bearer, {})).mandate;
      return assistGrants.brief.output.parse(await post(at(assistGrants.brief.path, projectId), right, { task, providers }));
    },
  };
}
