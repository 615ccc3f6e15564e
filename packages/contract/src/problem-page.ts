import { type ProblemCode, PROBLEMS } from './problems.ts';

/** `docs/errors.md`: every problem with its status and what people are told, from the one table. Ends with a newline. */
export function problemPage(): string {
  const codes = (Object.keys(PROBLEMS) as ProblemCode[]).toSorted((a, b) => PROBLEMS[a].status - PROBLEMS[b].status || (a < b ? -1 : 1));
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  return [
    '# Problems',
    '',
    'Every failed answer is `application/problem+json` (RFC 9457) with one of these codes. Programs go by `code`; `title` is the sentence for people, in Korean or English as `Accept-Language` asks. `errors` says what is wrong field by field, `details` fills the places in braces, `instance` is the id of the request in the log.',
    '',
    '| code | status | 한국어 | English |',
    '| --- | ---: | --- | --- |',
    ...codes.map((code) => `| <a id="${code}"></a>\`${code}\` | ${PROBLEMS[code].status} | ${cell(PROBLEMS[code].ko)} | ${cell(PROBLEMS[code].en)} |`),
    '',
  ].join('\n');
}
