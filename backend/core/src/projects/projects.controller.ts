import { type In, projects } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted, SignedIn } from '../platform/grants.ts';
import { Projects } from './projects.ts';

@Controller()
export class ProjectsController {
  constructor(@Inject(Projects) private readonly projects: Projects) {}

  @Endpoint(projects.create) create(who: SignedIn, input: In<typeof projects.create>) {
    return this.projects.create(who, input);
  }
  @Endpoint(projects.list) list(who: SignedIn, input: In<typeof projects.list>) {
    return this.projects.list(who, input);
  }
  @Endpoint(projects.read) read(access: Granted<'project.read'>) {
    return this.projects.read(access);
  }
  @Endpoint(projects.update) update(access: Granted<'project.manage'>, input: In<typeof projects.update>) {
    return this.projects.update(access, input);
  }
  @Endpoint(projects.archive) archive(access: Granted<'project.manage'>) {
    return this.projects.archive(access);
  }
  @Endpoint(projects.trash) trash(access: Granted<'project.manage'>) {
    return this.projects.trash(access);
  }
  @Endpoint(projects.restore) restore(access: Granted<'project.manage'>) {
    return this.projects.restore(access);
  }
  @Endpoint(projects.rememberPlace) rememberPlace(access: Granted<'story.read'>, input: In<typeof projects.rememberPlace>) {
    return this.projects.rememberPlace(access, input);
  }
}
