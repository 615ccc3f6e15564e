import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Linux counts a process's time in ticks of this many milliseconds, on every architecture that Node runs on. */
const TICK_MS = 10;

/** The numbers of /proc/<pid>/stat from the third field on (proc(5)), or null when the process is gone. */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Milliseconds of CPU, user and system, of a process and of the children it has buried. */
function cpuOf(pid: number): number {
  const stat = statOf(pid);
  if (!stat) return 0;
  const [user, system, childrenUser, childrenSystem] = stat.slice(11, 15).map(Number);
  return (user! + system! + childrenUser! + childrenSystem!) * TICK_MS;
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) && Number(statOf(Number(name))?.[1]) === pid ? [Number(name)] : []));
}

export interface CpuMs {
  /** The server itself. */
  server: number;
  /** What works for it elsewhere: PostgreSQL with all its backends, the compactor. */
  help: number;
}

/** Counts CPU from now on. */
export class CpuWatch {
  readonly #read: () => CpuMs;
  readonly #began: CpuMs;
  /** The process that profiles itself meanwhile (on-signal.mjs). */
  readonly #profiled: number | null;

  constructor({ server, helpers }: { server: readonly number[]; helpers: readonly number[] }) {
    const sum = (pids: readonly number[]) => pids.reduce((total, pid) => total + cpuOf(pid), 0);
    this.#profiled = process.env['COWRITE_BENCH_PROFILES'] ? (server[0] ?? null) : null;
    this.#read = () => ({ server: sum(server), help: sum(helpers) + sum(helpers.flatMap(childrenOf)) });
    this.#began = this.#read();
    this.#toggleProfile();
  }

  spent(): CpuMs {
    const now = this.#read();
    this.#toggleProfile();
    return { server: now.server - this.#began.server, help: Math.max(0, now.help - this.#began.help) };
  }

  #toggleProfile(): void {
    if (this.#profiled !== null) process.kill(this.#profiled, 'SIGWINCH');
  }
}

/** Resident memory in KB. */
export function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

/** Asks a server that was started with on-signal.mjs to collect its garbage, thrice, and reads what stays, in KB. */
export async function rssAfterCollecting(pid: number): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    process.kill(pid, 'SIGUSR2');
    await wait(400);
  }
  return rssOf(pid);
}
