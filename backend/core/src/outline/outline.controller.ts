import { type In, outline } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted } from '../platform/grants.ts';
import { Outline } from './outline.ts';

@Controller()
export class OutlineController {
  constructor(@Inject(Outline) private readonly outline: Outline) {}

  @Endpoint(outline.list) list(access: Granted<'story.read'>) {
    return this.outline.list(access);
  }
  @Endpoint(outline.create) create(access: Granted<'story.write'>, input: In<typeof outline.create>) {
    return this.outline.create(access, input);
  }
  @Endpoint(outline.update) update(access: Granted<'story.write'>, input: In<typeof outline.update>) {
    return this.outline.update(access, input);
  }
  @Endpoint(outline.move) move(access: Granted<'story.write'>, input: In<typeof outline.move>) {
    return this.outline.move(access, input);
  }
  @Endpoint(outline.trash) trash(access: Granted<'story.write'>, input: In<typeof outline.trash>) {
    return this.outline.trash(access, input);
  }
  @Endpoint(outline.trashed) trashed(access: Granted<'story.read'>) {
    return this.outline.trashed(access);
  }
  @Endpoint(outline.restore) restore(access: Granted<'story.write'>, input: In<typeof outline.restore>) {
    return this.outline.restore(access, input);
  }
  @Endpoint(outline.lengths) lengths(access: Granted<'story.read'>) {
    return this.outline.lengths(access);
  }
}
