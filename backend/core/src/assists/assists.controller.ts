import { assistGrants, type In } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted } from '../platform/grants.ts';
import { Assists } from './assists.ts';
import { Meanings } from './meanings.ts';

@Controller()
export class AssistsController {
  constructor(
    @Inject(Assists) private readonly assists: Assists,
    @Inject(Meanings) private readonly meanings: Meanings,
  ) {}

  @Endpoint(assistGrants.settings) settings(access: Granted<'project.read'>) {
    return this.assists.settings(access);
  }
  @Endpoint(assistGrants.decide) decide(access: Granted<'project.manage'>, input: In<typeof assistGrants.decide>) {
    return this.assists.decide(access, input);
  }
  @Endpoint(assistGrants.agree) agree(access: Granted<'project.read'>, input: In<typeof assistGrants.agree>) {
    return this.assists.agree(access, input);
  }
  @Endpoint(assistGrants.mandate) mandate(access: Granted<'story.read'>) {
    return this.assists.mandate(access);
  }
  @Endpoint(assistGrants.brief) brief(access: Granted<'story.read'>, input: In<typeof assistGrants.brief>) {
    return this.assists.brief(access, input);
  }
  @Endpoint(assistGrants.unread) unread(access: Granted<'story.read'>, input: In<typeof assistGrants.unread>) {
    return this.meanings.unread(access, input);
  }
  @Endpoint(assistGrants.keepMeanings) keepMeanings(access: Granted<'story.write'>, input: In<typeof assistGrants.keepMeanings>) {
    return this.meanings.keep(access, input);
  }
}
