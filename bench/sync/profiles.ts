import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** What the inspector writes (Chrome DevTools Protocol, Profiler.Profile), as far as it is read here. */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** Where a process spent its time: rows with their part of the time in which it worked, the largest first. */
export interface Shares {
  groups: readonly Share[];
  functions: readonly Share[];
}

interface Share {
  name: string;
  part: number;
}

/** CPU profiles that the servers of one scenario wrote while they were measured, and not before or after. */
export class Profiles {
  readonly folder = mkdtempSync(join(tmpdir(), 'cowrite-profiles-'));
  #maps = new Map<string, SourceMap | null>();

  /** Forgets what was written so far: a warm-up is measured like everything else. */
  forget(): void {
    for (const name of readdirSync(this.folder)) rmSync(join(this.folder, name));
  }

  /** Reads what the measured process wrote, once it did. */
  async take(): Promise<Shares | null> {
    let names: string[] = [];
    // A profile is written after the signal that ends it was sent, in the process's own time.
    for (let tries = 0; tries < 100 && names.length === 0; tries += 1, await wait(50)) names = readdirSync(this.folder);
    const profiles = names.map((name) => JSON.parse(readFileSync(join(this.folder, name), 'utf8')) as Profile);
    this.forget();
    return profiles.length > 0 ? this.#sharesOf(profiles) : null;
  }

  #sharesOf(profiles: readonly Profile[]): Shares {
    const groups = new Map<string, number>();
    const functions = new Map<string, number>();
    let whole = 0;
    for (const { nodes, samples, timeDeltas } of profiles) {
      const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
      for (const [at, id] of samples.entries()) {
        const frame = frames.get(id)!;
        // A delta is the time before its sample; that after it is the time in which it was seen.
        const time = timeDeltas[at + 1] ?? 0;
        if (frame.functionName === '(idle)' || time <= 0) continue;
        whole += time;
        const group = this.#groupOf(frame);
        groups.set(group, (groups.get(group) ?? 0) + time);
        const name = `${frame.functionName || '(anonymous)'} · ${group}`;
        functions.set(name, (functions.get(name) ?? 0) + time);
      }
    }
    const shares = (times: ReadonlyMap<string, number>) => [...times].map(([name, time]) => ({ name, part: time / whole })).toSorted((a, b) => b.part - a.part);
    return { groups: shares(groups), functions: shares(functions) };
  }

  #groupOf({ functionName, url, lineNumber, columnNumber }: Profile['nodes'][number]['callFrame']): string {
    if (functionName === '(garbage collector)') return 'garbage collection';
    if (/^(writev|writeBuffer|writeUtf8String|writeLatin1String)$/.test(functionName) && url === '') return 'writes to sockets (system calls)';
    if (url === '') return 'native code';
    if (url.startsWith('node:')) return 'Node';
    const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
    if (inPackage) return inPackage;
    const source = this.#mapOf(url)?.findEntry(lineNumber, columnNumber) as { originalSource?: string } | undefined;
    return /(?:packages|backend)\/[^/]+/.exec(source?.originalSource ?? url)?.[0] ?? 'the server’s own';
  }

  #mapOf(url: string): SourceMap | null {
    const known = this.#maps.get(url);
    if (known !== undefined) return known;
    let map: SourceMap | null = null;
    try {
      map = new SourceMap(JSON.parse(readFileSync(`${url.replace(/^file:\/\//, '')}.map`, 'utf8')));
    } catch (error) {
      // The peers' programs are not bundled and have none.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    this.#maps.set(url, map);
    return map;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** As lines: the groups of at least one part in a hundred, then the dozen heaviest functions. */
export function profileText(title: string, { groups, functions }: Shares): string {
  const line = ({ name, part }: Share) => `  ${(part * 100).toFixed(1).padStart(5)} %  ${name}`;
  return [title, ...groups.filter(({ part }) => part >= 0.01).map(line), '  of which', ...functions.slice(0, 14).map(line), ''].join('\n');
}
