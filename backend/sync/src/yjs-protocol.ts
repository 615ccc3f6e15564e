import { Malformed, Reader, Writer } from '@cowrite/sync-core';

/**
 * The message parts that y-websocket and Hocuspocus share (y-protocols): sync steps and awareness. Only the bytes; each
 * wire puts its own envelope around them.
 */
export type SyncMessage = { type: 'step1'; stateVector: Uint8Array } | { type: 'step2'; update: Uint8Array } | { type: 'update'; update: Uint8Array };

/** @throws Malformed */
export function readSync(reader: Reader): SyncMessage {
  const type = reader.uint();
  const body = reader.byteArray();
  if (type === 0) return { type: 'step1', stateVector: body };
  if (type === 1) return { type: 'step2', update: body };
  if (type === 2) return { type: 'update', update: body };
  throw new Malformed('sync message');
}

export const writeStep1 = (writer: Writer, stateVector: Uint8Array): Writer => writer.uint(0).byteArray(stateVector);
export const writeStep2 = (writer: Writer, update: Uint8Array): Writer => writer.uint(1).byteArray(update);
export const writeUpdate = (writer: Writer, update: Uint8Array): Writer => writer.uint(2).byteArray(update);

export interface AwarenessState {
  client: number;
  clock: number;
  /** JSON, or null when the client is gone. */
  state: string | null;
}

/** More than one person's own clients in one message is a relay's; more than this is nobody's. */
const STATES_MAX = 1_000;

/** @throws Malformed */
export function readAwareness(bytes: Uint8Array): AwarenessState[] {
  const reader = new Reader(bytes);
  const count = reader.uint();
  if (count > STATES_MAX) throw new Malformed('too many awareness states');
  const states: AwarenessState[] = [];
  for (let left = count; left > 0; left -= 1) {
    const client = reader.uint();
    const clock = reader.uint();
    const state = reader.string();
    states.push({ client, clock, state: state === 'null' ? null : state });
  }
  return states;
}

export function writeAwareness(states: readonly AwarenessState[]): Uint8Array {
  const writer = new Writer().uint(states.length);
  for (const { client, clock, state } of states)
    writer
      .uint(client)
      .uint(clock)
      .string(state ?? 'null');
  return writer.finish();
}
