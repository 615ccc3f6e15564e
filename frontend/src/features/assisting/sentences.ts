/** A sentence with the marks and quotes that close it, and the space after it; a line break ends one as well. */
const SENTENCE = /(?:[^.!?…。\n]|\.(?=\d))*(?:[.!?…。]+[”’"'』」)\]]*|$|(?=\n))[ \t]*\n?/gu;

/** The sentences of a text: joined, they are the text again. */
export const sentencesOf = (text: string): string[] => text.match(SENTENCE)?.filter((sentence) => sentence !== '') ?? [];
