import { type In, media } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted } from '../platform/grants.ts';
import { Pictures } from './pictures.ts';

@Controller()
export class PicturesController {
  constructor(@Inject(Pictures) private readonly pictures: Pictures) {}

  @Endpoint(media.ticket) ticket(access: Granted<'story.write'>, input: In<typeof media.ticket>) {
    return this.pictures.ticket(access, input);
  }
  @Endpoint(media.read) read(access: Granted<'project.read'>, input: In<typeof media.read>) {
    return this.pictures.read(access, input);
  }
  @Endpoint(media.attach) attach(access: Granted<'story.write'>, input: In<typeof media.attach>) {
    return this.pictures.attach(access, input);
  }
}
