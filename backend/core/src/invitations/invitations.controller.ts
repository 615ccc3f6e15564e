import { type In, invitations } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted, SignedIn, Visitor } from '../platform/grants.ts';
import { Invitations } from './invitations.ts';

@Controller()
export class InvitationsController {
  constructor(@Inject(Invitations) private readonly invitations: Invitations) {}

  @Endpoint(invitations.create) create(access: Granted<'members.manage'>, input: In<typeof invitations.create>) {
    return this.invitations.create(access, input);
  }
  @Endpoint(invitations.list) list(access: Granted<'members.manage'>) {
    return this.invitations.list(access);
  }
  @Endpoint(invitations.revoke) revoke(access: Granted<'members.manage'>, input: In<typeof invitations.revoke>) {
    return this.invitations.revoke(access, input);
  }
  @Endpoint(invitations.look) look(_: Visitor, input: In<typeof invitations.look>) {
    return this.invitations.look(input);
  }
  @Endpoint(invitations.accept) accept(who: SignedIn, input: In<typeof invitations.accept>) {
    return this.invitations.accept(who, input);
  }
}
