import { assists } from '@cowrite/contract';
import type { ApiDescription } from '@cowrite/service-kit/http';

/** This service's own words for its OpenAPI document; the rest of it comes from the contract. */
export const aiApi: ApiDescription = {
  title: 'Cowrite AI Service',
  description: 'Help with writing: it proposes and never writes on its own. Ask core for a ticket (`POST /projects/{projectId}/assists/tickets`) for each request, or send a personal token.',
  tables: { assists },
  tags: { assists: '집필 도움 · Assists' },
  securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A ticket for this service, or a personal token (cwp_…).' } },
};
