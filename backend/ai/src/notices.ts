import { Provider } from '@cowrite/contract';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What a maker does with text, in the operator's words; people agree to its `version`. */
export const Notice = z.strictObject({ version: z.string().min(1).max(64), ko: z.string().min(1).max(4_000), en: z.string().min(1).max(4_000), url: z.url({ protocol: /^https?$/ }).nullable() });
export type Notice = z.infer<typeof Notice>;
const Notices = z.partialRecord(Provider, Notice);
export type Notices = z.infer<typeof Notices>;

/** What holds until the operator says otherwise. */
export const NOTICES: Readonly<Record<Provider, Notice>> = {
  openai: {
    version: '2026-11-01',
    ko: '글이 OpenAI(미국)의 API로 나갑니다. 2026년 11월 1일 현재 API로 받은 글은 학습에 쓰지 않는다고 하며, 남용을 살피려고 30일까지 보관할 수 있습니다.',
    en: 'Text goes to the API of OpenAI (USA). As of 1 November 2026 it says that text sent by API is not used for training; it may be kept for up to 30 days to look for abuse.',
    url: 'https://platform.openai.com/docs/guides/your-data',
  },
  anthropic: {
    version: '2026-11-01',
    ko: '글이 Anthropic(미국)의 API로 나갑니다. 2026년 11월 1일 현재 API로 받은 글은 학습에 쓰지 않는다고 하며, 남용을 살피려고 30일까지 보관할 수 있습니다.',
    en: 'Text goes to the API of Anthropic (USA). As of 1 November 2026 it says that text sent by API is not used for training; it may be kept for up to 30 days to look for abuse.',
    url: 'https://privacy.anthropic.com',
  },
  endpoint: {
    version: '2026-11-01',
    ko: '글이 이 스튜디오의 운영자가 정한 서버로 나갑니다. 그곳에서 글을 어떻게 다루는지는 운영자에게 물어 주세요.',
    en: 'Text goes to a server that whoever runs this studio chose. Please ask them what is done with it there.',
    url: null,
  },
};

/** The operator's notices from a file of JSON. @throws Error with what is wrong with it. */
export const noticesIn = (path: string): Notices => Notices.parse(JSON.parse(readFileSync(path, 'utf8')));
