/** What a model of sound is, whatever it does. */
export interface SoundModel {
  readonly provider: 'openai' | 'endpoint';
  /** As people know it. */
  readonly name: string;
  readonly model: string;
}

/** Where such a model is, and what opens it. */
export interface SoundVendor {
  provider: SoundModel['provider'];
  name: string;
  url: string;
  key: string | undefined;
  model: string;
  fetch: typeof fetch;
}
