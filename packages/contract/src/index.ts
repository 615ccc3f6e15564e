export * from './accounts.ts';
export * from './assists.ts';
export * from './config.ts';
export * from './events.ts';
export * from './ids.ts';
export * from './media.ts';
export * from './outline.ts';
export * from './person-colours.ts';
export * from './problem-page.ts';
export * from './problems.ts';
export * from './projects.ts';
export * from './roles.ts';
export * from './route.ts';
export * from './social.ts';
export * from './sync.ts';
export * from './translations.ts';

import { accounts } from './accounts.ts';
import { assistGrants } from './assists.ts';
import { media } from './media.ts';
import { imports, outline, search } from './outline.ts';
import { invitations, members, projects } from './projects.ts';
import { social } from './social.ts';
import { documents, tickets } from './sync.ts';
import { terms, translations } from './translations.ts';

/** Every route of core, by noun. The role × route matrix, the OpenAPI document and the client are made from this. */
export const routes = { accounts, social, projects, members, invitations, outline, search, imports, tickets, assistGrants, documents, translations, terms, media };
