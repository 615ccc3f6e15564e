import { type In, translations } from '@cowrite/contract';
import { Controller, Inject } from '@nestjs/common';
import { Endpoint } from '../platform/endpoint.ts';
import type { Granted } from '../platform/grants.ts';
import { Translations } from './translations.ts';

@Controller()
export class TranslationsController {
  constructor(@Inject(Translations) private readonly translations: Translations) {}

  @Endpoint(translations.list) list(access: Granted<'story.read'>, input: In<typeof translations.list>) {
    return this.translations.list(access, input);
  }
  @Endpoint(translations.read) read(access: Granted<'story.read'>, input: In<typeof translations.read>) {
    return this.translations.read(access, input);
  }
  @Endpoint(translations.keep) keep(access: Granted<'story.write'>, input: In<typeof translations.keep>) {
    return this.translations.keep(access, input);
  }
  @Endpoint(translations.change) change(access: Granted<'story.write'>, input: In<typeof translations.change>) {
    return this.translations.change(access, input);
  }
  @Endpoint(translations.remove) remove(access: Granted<'story.write'>, input: In<typeof translations.remove>) {
    return this.translations.remove(access, input);
  }
}
