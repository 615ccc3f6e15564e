import * as z from 'zod';
import { ProjectId } from './ids.ts';
import { accountRoute, projectRoute, publicRoute } from './route.ts';
import { Ticket } from './sync.ts';

/** Core's part: who may ask for help in a work. */
export const assistTickets = {
  project: projectRoute('POST /projects/:projectId/assists/tickets', { needs: 'story.read', status: 201, output: Ticket, summary: 'A one-use ticket for the AI service, good for 30 s.' }),
};

/** Makers of models that the service can speak with. */
export const Provider = z.enum(['openai', 'anthropic']);
export type Provider = z.infer<typeof Provider>;

/** The AI service's own routes (:8101, through nginx under `/ai`). A ticket or a personal token is the bearer. */
export const assists = {
  health: publicRoute('GET /health', { output: z.object({ status: z.literal('ok'), service: z.literal('ai') }), summary: 'Whether the process lives.', example: { status: 'ok', service: 'ai' } }),
  ready: publicRoute('GET /health/ready', { output: z.object({ status: z.literal('ok'), database: z.literal('ok') }), summary: 'Whether it can serve: the database answers.', example: { status: 'ok', database: 'ok' } }),
  providers: accountRoute('GET /providers', {
    query: z.object({ projectId: ProjectId }),
    output: z.object({ providers: z.array(Provider) }),
    summary: 'Whose models this house has set up, by name; empty when none is. Needs a ticket or a personal token for the work.',
    example: { providers: ['anthropic'] },
  }),
};
