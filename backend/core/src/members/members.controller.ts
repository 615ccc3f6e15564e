import { type In, members } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted } from '../platform/grants.ts';
import { Members } from './members.ts';

@Controller()
export class MembersController {
  constructor(@Inject(Members) private readonly members: Members) {}

  @Endpoint(members.list) list(access: Granted<'project.read'>) {
    return this.members.list(access);
  }
  @Endpoint(members.changeRole) changeRole(access: Granted<'members.manage'>, input: In<typeof members.changeRole>) {
    return this.members.changeRole(access, input);
  }
  @Endpoint(members.remove) remove(access: Granted<'project.read'>, input: In<typeof members.remove>) {
    return this.members.remove(access, input);
  }
  @Endpoint(members.transfer) transfer(access: Granted<'project.manage'>, input: In<typeof members.transfer>) {
    return this.members.transfer(access, input);
  }
}
