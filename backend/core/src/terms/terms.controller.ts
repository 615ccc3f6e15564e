import { type In, terms } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted } from '../platform/grants.ts';
import { Terms } from './terms.ts';

@Controller()
export class TermsController {
  constructor(@Inject(Terms) private readonly terms: Terms) {}

  @Endpoint(terms.list) list(access: Granted<'story.read'>) {
    return this.terms.list(access);
  }
  @Endpoint(terms.add) add(access: Granted<'story.write'>, input: In<typeof terms.add>) {
    return this.terms.add(access, input);
  }
  @Endpoint(terms.change) change(access: Granted<'story.write'>, input: In<typeof terms.change>) {
    return this.terms.change(access, input);
  }
  @Endpoint(terms.remove) remove(access: Granted<'story.write'>, input: In<typeof terms.remove>) {
    return this.terms.remove(access, input);
  }
}
