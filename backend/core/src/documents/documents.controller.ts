import { assistGrants, documents, type In, tickets } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted } from '../platform/grants.ts';
import { Documents } from './documents.ts';

@Controller()
export class DocumentsController {
  constructor(@Inject(Documents) private readonly documents: Documents) {}

  @Endpoint(tickets.project) projectTicket(access: Granted<'story.read'>) {
    return this.documents.projectTicket(access);
  }
  @Endpoint(tickets.document) documentTicket(access: Granted<'story.read'>, input: In<typeof tickets.document>) {
    return this.documents.documentTicket(access, input);
  }
  @Endpoint(assistGrants.ticket) assistTicket(access: Granted<'story.read'>) {
    return this.documents.assistTicket(access);
  }
  @Endpoint(documents.text) text(access: Granted<'story.read'>, input: In<typeof documents.text>) {
    return this.documents.text(access, input);
  }
}
