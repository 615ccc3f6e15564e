import { type In, search } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted } from '../platform/grants.ts';
import { Search } from './search.ts';

@Controller()
export class SearchController {
  constructor(@Inject(Search) private readonly search: Search) {}

  @Endpoint(search.find) find(access: Granted<'story.read'>, input: In<typeof search.find>) {
    return this.search.find(access, input);
  }
}
