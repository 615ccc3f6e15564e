/** Everything that comes, once it has come. */
export async function allOf<T>(coming: AsyncIterable<T>): Promise<T[]> {
  const come: T[] = [];
  for await (const each of coming) come.push(each);
  return come;
}
