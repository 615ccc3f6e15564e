/** The numbers of a vector as it is kept: float32, little-endian, which is the order of every machine that we run on. Copied, since they must lie at a multiple of four. */
const numbersOf = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.byteLength / 4));

/**
 * Which of the vectors point most nearly where `vector` does, the nearest first, by the cosine between them; of those that are equally
 * near, the one that stands first. All of them are compared. Those of another length, or of none, are of something else.
 */
export function nearestTo(vector: Uint8Array, vectors: readonly Uint8Array[], limit: number): number[] {
  const sought = numbersOf(vector);
  const near: { at: number; cosine: number }[] = [];
  for (const [at, bytes] of vectors.entries()) {
    if (bytes.byteLength !== vector.byteLength) continue;
    const cosine = cosineOf(sought, numbersOf(bytes));
    if (cosine !== null) near.push({ at, cosine });
  }
  return near
    .toSorted((a, b) => b.cosine - a.cosine || a.at - b.at)
    .slice(0, limit)
    .map(({ at }) => at);
}

function cosineOf(one: Float32Array, other: Float32Array): number | null {
  let [dot, ofOne, ofOther] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    dot += one[at]! * other[at]!;
    ofOne += one[at]! ** 2;
    ofOther += other[at]! ** 2;
  }
  const lengths = Math.sqrt(ofOne * ofOther);
  return lengths > 0 && Number.isFinite(lengths) ? dot / lengths : null;
}

/** Where the numbers of a vector point: the same at length one, which no arithmetic of single precision overflows with; null where they point nowhere. */
export function directionOf(bytes: Uint8Array): number[] | null {
  const numbers = numbersOf(bytes);
  const length = Math.sqrt(numbers.reduce((sum, number) => sum + number ** 2, 0));
  return length > 0 && Number.isFinite(length) ? Array.from(numbers.map((number) => number / length)) : null;
}
