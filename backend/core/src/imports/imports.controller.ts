import { imports, type In } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted } from '../platform/grants.ts';
import { Imports } from './imports.ts';

@Controller()
export class ImportsController {
  constructor(@Inject(Imports) private readonly imports: Imports) {}

  @Endpoint(imports.open) open(access: Granted<'story.write'>) {
    return this.imports.open(access);
  }
  @Endpoint(imports.addFile) addFile(access: Granted<'story.write'>, input: In<typeof imports.addFile>) {
    return this.imports.addFile(access, input);
  }
  @Endpoint(imports.read) read(access: Granted<'story.write'>, input: In<typeof imports.read>) {
    return this.imports.read(access, input);
  }
  @Endpoint(imports.apply) apply(access: Granted<'story.write'>, input: In<typeof imports.apply>) {
    return this.imports.apply(access, input);
  }
  @Endpoint(imports.undo) undo(access: Granted<'story.write'>, input: In<typeof imports.undo>) {
    return this.imports.undo(access, input);
  }
}
