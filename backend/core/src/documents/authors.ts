import type { Run } from '@cowrite/manuscript';
import * as Y from 'yjs';

/** Who wrote, or brought, which clocks of which client; `to` is exclusive, and null means all that the client ever says. */
export type Authors = readonly { client: number; from: number; to: number | null; by: string }[];

/** Whose the clocks of an update are that nobody has taken note of yet. */
export const authorsOfUpdate = (update: Uint8Array, by: string): Authors => Y.decodeUpdate(update).structs.map(({ id, length }) => ({ client: id.client, from: id.clock, to: id.clock + length, by }));

/** Reads a text of Yjs in runs of one author each. A client's owner goes before whoever delivered its clocks. */
export function runsOf(authors: Authors): (text: Y.XmlText) => Run[] {
  const owners = new Map<number, string>();
  const deliveries = new Map<number, { from: number; to: number; by: string }[]>();
  for (const { client, from, to, by } of authors) {
    if (to === null) owners.set(client, by);
    else deliveries.set(client, [...(deliveries.get(client) ?? []), { from, to, by }]);
  }
  for (const list of deliveries.values()) list.sort((a, b) => a.from - b.from);

  /** Whose the clock is, and up to which clock the next is theirs too. */
  const author = (client: number, clock: number, end: number): { by: string | null; until: number } => {
    const owner = owners.get(client);
    if (owner !== undefined) return { by: owner, until: end };
    const list = deliveries.get(client) ?? [];
    const delivery = list.find(({ from, to }) => from <= clock && clock < to);
    if (delivery !== undefined) return { by: delivery.by, until: Math.min(end, delivery.to) };
    return { by: null, until: Math.min(end, list.find(({ from }) => from > clock)?.from ?? end) };
  };

  return (text) => {
    const runs: Run[] = [];
    for (let item = text._start; item !== null; item = item.right) {
      if (item.deleted || !(item.content instanceof Y.ContentString)) continue;
      const { client, clock } = item.id;
      const { str } = item.content;
      const end = clock + str.length;
      for (let at = clock; at < end;) {
        const { by, until } = author(client, at, end);
        const part = str.slice(at - clock, until - clock);
        const last = runs.at(-1);
        if (last?.by === by) last.text += part;
        else runs.push({ text: part, by });
        at = until;
      }
    }
    return runs;
  };
}
