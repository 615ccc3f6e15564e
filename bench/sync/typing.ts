import { closeAll, openAll, type Pass, until } from './client.ts';
import { percentile } from './figures.ts';
import { CpuWatch } from './processes.ts';
import type { Target } from './targets.ts';
import { atRate, expectWhole, Journey, Typist } from './typist.ts';

export interface Crowd {
  documents: readonly string[];
  writersEach: number;
  /** Who only listens. Without any, the writers of a document hear each other and count. */
  readersEach: number;
  /** Listeners come with the right to read only. */
  asViewers?: boolean;
  perSecond: number;
  count: number;
  /** How listeners come in, when it is not by the target's own door. */
  listen?: (document: string) => Promise<Pass>;
}

/** People type at an even rate, in turn, each keystroke by the clock; everyone else in the document hears of it. */
export async function typeInto(target: Target, { documents, writersEach, readersEach, asViewers = false, perSecond, count, listen = (document) => target.pass(document, asViewers) }: Crowd): Promise<Record<string, number>> {
  const journey = new Journey();
  const times = (each: number) => Array.from({ length: documents.length * each }, (_, at) => documents[at % documents.length]!);
  const writing = times(writersEach);
  const typists = writing.map((_, at) => new Typist(Math.ceil((count - at) / writing.length)));
  const writers = await openAll(await Promise.all(writing.map((document) => target.pass(document))), (at) => ({
    acked: journey.listensFor(typists[at]!),
    ...(readersEach === 0 ? { update: (update: Uint8Array) => journey.arrived(update, typists[at]) } : {}),
  }));
  const readers = await openAll(await Promise.all(times(readersEach).map(listen)), () => ({ update: (update) => journey.arrived(update) }));
  const frames = writers.map((writer, at) => writer.framesOf(typists[at]!.updates));

  const cpu = new CpuWatch(target.processes());
  await atRate(perSecond, count, (at) => {
    const who = at % writers.length;
    journey.send(writers[who]!, typists[who]!, frames[who]![Math.floor(at / writers.length)]!);
  });
  const deliveries = count * (readersEach || writersEach - 1);
  await until(() => journey.deliveries >= deliveries && (!target.wire.acknowledges || journey.ackMs.length >= count), 'every keystroke at every reader');
  const spent = cpu.spent();
  if (target.keeps)
    await expectWhole(
      await Promise.all(documents.map((document) => target.pass(document))),
      documents.map((document) => typists.filter((_, at) => writing[at] === document)),
    );
  await closeAll([...writers, ...readers]);
  return {
    p50: percentile(journey.propagationMs, 0.5),
    p95: percentile(journey.propagationMs, 0.95),
    p99: percentile(journey.propagationMs, 0.99),
    ...(target.wire.acknowledges ? { ack50: percentile(journey.ackMs, 0.5), ack99: percentile(journey.ackMs, 0.99) } : {}),
    cpu: (spent.server * 1_000) / count,
    perDelivery: (spent.server * 1_000) / deliveries,
    ...(spent.help > 0 ? { help: (spent.help * 1_000) / count } : {}),
  };
}

const WARM_UP_KEYSTROKES = 4_000;

/** A server compiles what it does often only after it did it often; that is nobody's figure. */
export async function warmUp(target: Target): Promise<void> {
  const documents = await target.documents('warm-up', 4);
  await typeInto(target, { documents, writersEach: 1, readersEach: 1, perSecond: WARM_UP_KEYSTROKES, count: WARM_UP_KEYSTROKES });
}
