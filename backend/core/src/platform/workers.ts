import { Problem } from '@cowrite/contract';
import { Worker } from 'node:worker_threads';
import type { Tasks } from '../worker.ts';

type Input<Name extends keyof Tasks> = Parameters<Tasks[Name]>[0];
type Result<Name extends keyof Tasks> = ReturnType<Tasks[Name]>;

interface Job {
  name: keyof Tasks;
  input: unknown;
  resolve(result: unknown): void;
  reject(failure: unknown): void;
}

const THREADS = 2;
const QUEUE_MAX = 200;
/** Per thread; enough for the largest scene that is still read. */
const HEAP_MIB = 768;

/** Beside this file's own: TypeScript when run from the sources, the bundle's neighbour when built. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? '../worker.ts' : './worker.js', import.meta.url);

/** Threads for what would hold up everybody else. Each does one thing at a time, within a time and a heap. */
export class Workers {
  readonly #idle: Worker[] = [];
  readonly #queue: Job[] = [];
  readonly #all = new Set<Worker>();
  #closed = false;

  constructor(private readonly limits: { foldTimeoutMs: number }) {}

  /** @throws Problem `unavailable` when there is too much to do, `too-large` when it took too long or too much memory. */
  run<Name extends keyof Tasks>(name: Name, input: Input<Name>): Promise<Result<Name>> {
    if (this.#closed || this.#queue.length >= QUEUE_MAX) return Promise.reject(new Problem('unavailable'));
    return new Promise<Result<Name>>((resolve, reject) => {
      this.#queue.push({ name, input, resolve: resolve as (result: unknown) => void, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.reject(new Problem('unavailable'));
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#queue.length === 0) return;
    const worker = this.#idle.pop() ?? (this.#all.size < THREADS ? this.#start() : undefined);
    if (worker === undefined) return;
    const job = this.#queue.shift()!;
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      // One by one: a worker has listeners of its own among them.
      worker.off('error', failed).off('exit', ended).off('message', answered);
      act();
      this.#next();
    };
    const lose = (failure: unknown): void =>
      settle(() => {
        this.#all.delete(worker);
        void worker.terminate();
        job.reject(failure);
      });
    const failed = (failure: Error & { code?: string }): void => lose(failure.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new Problem('too-large', { limit: `${HEAP_MIB} MiB` }) : failure);
    const ended = (): void => lose(new Problem('unavailable'));
    const answered = (answer: { result: unknown } | { failure: string }): void =>
      settle(() => {
        this.#idle.push(worker);
        if ('failure' in answer) job.reject(new Error(answer.failure));
        else job.resolve(answer.result);
      });
    const timer = setTimeout(() => lose(new Problem('too-large', { limit: `${this.limits.foldTimeoutMs / 1000} s` })), this.limits.foldTimeoutMs);
    worker.on('error', failed).on('exit', ended).on('message', answered);
    worker.postMessage({ name: job.name, input: job.input });
  }

  #start(): Worker {
    const worker = new Worker(WORKER, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } });
    // An idle thread must not keep the process from ending.
    worker.unref();
    this.#all.add(worker);
    return worker;
  }
}
