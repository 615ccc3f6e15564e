/** Things that only grow at their end, each with its number from 1: what it is called by, and known again by when there are more. */
export const numbered = <T>(things: readonly T[]): { number: number; thing: T }[] => things.map((thing, at) => ({ number: at + 1, thing }));
