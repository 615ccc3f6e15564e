import { rankPassages, termsOf } from '@cowrite/manuscript';
import { aVendor, type Vendor } from '../../backend/ai/src/testing/vendor.ts';

/** A model that is none, so that the whole of the evaluation can be gone through: it answers with the line that has most of the words, and takes texts for alike that have the same syllables. Its figures mean nothing. */
export async function aStandIn(): Promise<{ vendor: Vendor; env: Record<string, string> }> {
  const vendor = await aVendor();
  vendor.always(({ messages: { user } }) => ({ pieces: [answerTo(user)] }));
  return {
    vendor,
    env: {
      OPENAI_API_KEY: 'a key of the stand-in',
      OPENAI_BASE_URL: vendor.url,
      OPENAI_MODEL: 'gpt-5.6',
      COWRITE_AI_EMBEDDING_PROVIDER: 'openai',
      COWRITE_AI_EMBEDDING_MODEL: 'syllables',
      COWRITE_AI_PRICES: 'gpt-5.6=1.25/10,syllables=0.02/0',
    },
  };
}

function answerTo(user: string): string {
  const [told, asked] = user.split(/\n부탁\n|^부탁\n/m);
  const question = /^물음: ([\s\S]*)$/m.exec(asked ?? '')?.[1];
  if (question === undefined) return '글쎄, 나는 잘 모르겠다.';
  const lines = [...(told ?? '').matchAll(/⟦자료 (\d+): [^⟧]*⟧\n([\s\S]*?)\n⟦\/자료⟧/g)].flatMap(([, item, text]) => text!.split(/(?<=[.!?”]) |\n/).map((quote) => ({ item: Number(item), quote })));
  const best = rankPassages(
    lines.map(({ quote }) => quote),
    question,
    1,
  )[0];
  const line = best === undefined ? undefined : lines[best.text];
  const terms = termsOf(question);
  const held = terms.filter((term) => line?.quote.includes(term)).length;
  // A question that has a stretch of the story in it is never held whole by one line.
  return line === undefined || (terms.length < 20 && held * 2 < terms.length) ? '{"found":false}' : JSON.stringify({ text: line.quote, cites: [line] });
}
