import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Browser, chromium, expect, type Page } from '@playwright/test';
import { Person } from './people.ts';
import { EPISODES, prose, serial } from './serial.ts';
import { startStack } from './stack.ts';

/**
 * What the studio takes with a serial of 500 episodes and 2.75 million characters (J4): `npm run bench:studio`. Medians of
 * five; rendering is software here, so compare with yesterday's run and not with a screen (settled.md §6). `-- --only scroll`
 * measures one part: open, switch, keys, search, scroll or memory.
 */
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const p95 = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)]!;
const row = (name: string, figure: string, target: string) => process.stdout.write(`${name.padEnd(78)} ${figure.padStart(10)}   (target ${target})\n`);

async function importFile(author: Person, projectId: string, name: string, text: string): Promise<void> {
  const { id } = await author.call<{ id: string }>('POST', `/projects/${projectId}/imports`);
  const answer = await fetch(`${author.coreUrl}/projects/${projectId}/imports/${id}/files?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${author.token}`, 'content-type': 'application/octet-stream' },
    body: new TextEncoder().encode(text),
  });
  if (!answer.ok) throw new Error(await answer.text());
  await author.call('POST', `/projects/${projectId}/imports/${id}/apply`, {});
}

/**
 * Runs in the page: for each key, from keydown to the end of the next frame's work, and how much of that was work. The rest
 * is the wait for the screen's next tick, 0 to 16.7 ms by chance, which no editor can shorten. A message posted in the
 * frame's callback is handled after the frame's layout and paint.
 */
const WATCH_KEYS = `
  globalThis.keyTimes = [];
  addEventListener('keydown', () => {
    const began = performance.now();
    let handled = began;
    addEventListener('input', () => queueMicrotask(() => (handled = performance.now())), { once: true });
    requestAnimationFrame(() => {
      const frame = performance.now();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const end = performance.now();
        keyTimes.push({ whole: end - began, work: handled - began + (end - frame) });
      };
      port2.postMessage(null);
    });
  }, { capture: true });
`;

interface Trace {
  traceEvents: { name: string; ph: string; pid: number; tid: number; ts: number; dur?: number; tdur?: number; args?: { name?: string } }[];
}

/**
 * CPU milliseconds of the page's main thread for each frame, with all that it did since the one before, by a trace of the
 * browser: what the page itself does to a frame, whoever else has the processors meanwhile.
 */
function workBetweenFrames({ traceEvents }: Trace): number[] {
  const mains = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
  const of = Map.groupBy(
    traceEvents.filter(({ pid, tid }) => mains.has(`${pid} ${tid}`)),
    ({ pid }) => pid,
  );
  // The page is the busiest of the renderers that are there.
  const [events = []] = [...of.values()].toSorted((one, other) => other.length - one.length);
  const drawn = events.filter(({ name }) => name === 'FireAnimationFrame').map(({ ts }) => ts);
  const tasks = events.flatMap(({ name, ts, dur = 0, tdur }) => (name === 'RunTask' && tdur !== undefined ? { from: ts, to: ts + dur, ms: tdur / 1_000 } : [])).toSorted((one, other) => one.from - other.from);
  const frames: number[] = [];
  let ms = 0;
  for (const task of tasks) {
    ms += task.ms;
    if (!drawn.some((at) => task.from <= at && at <= task.to)) continue;
    frames.push(ms);
    ms = 0;
  }
  if (frames.length === 0) throw new Error('the trace has no frames');
  return frames;
}

/** Runs in the page: from the beginning of each frame to the end of its work on the main thread. */
const WATCH_FRAMES = `
  globalThis.frameTimes = [];
  const watch = (began) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => frameTimes.push(performance.now() - began);
    port2.postMessage(null);
    requestAnimationFrame(watch);
  };
  requestAnimationFrame(watch);
`;

/** Types `count` keys at the end of the surface. */
async function keys(page: Page, count: number): Promise<{ whole: number; work: number }[]> {
  await page.evaluate(WATCH_KEYS);
  await page.getByRole('textbox', { name: '본문' }).click();
  await page.keyboard.press('Control+End');
  for (let typed = 0; typed < count; typed += 1) await page.keyboard.type('a', { delay: 30 });
  return page.evaluate<{ whole: number; work: number }[]>('keyTimes');
}

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;

/** Measures one part, when it is wanted. */
async function part(name: string, measure: () => Promise<void>): Promise<void> {
  if (only === undefined || only === name) await measure();
}

await using stack = await startStack({ studio: true });
const author = await Person.register(stack.core.url, '측정');
const projectId = await author.project('긴 연재');
await importFile(author, projectId, 'serial.txt', serial());
const longId = await author.project('긴 장면');
await importFile(author, longId, 'seven.txt', prose(7_000));
await importFile(author, longId, 'hundred.txt', prose(100_000));
process.stdout.write(`${cpus()[0]!.model} × ${cpus().length}, Node ${process.version}\n`);

const scenesOf = async (id: string) => (await author.call<{ nodes: { id: string; kind: string }[] }>('GET', `/projects/${id}/outline`)).nodes.filter(({ kind }) => kind === 'scene');
const scenes = await scenesOf(projectId);
const url = `http://localhost:${stack.studio!.port}`;
const launch = (...more: string[]) =>
  chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--enable-precise-memory-info', '--js-flags=--expose-gc', ...more],
  });
const signedIn = async (browser: Browser): Promise<Page> => {
  const page = await (await browser.newContext({ locale: 'ko-KR', viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(`${url}/login`);
  await page.getByLabel('이메일').fill(author.email);
  await page.getByLabel('비밀번호').fill(author.password);
  await page.getByRole('button', { name: '로그인', exact: true }).click();
  await page.waitForURL('**/shelf');
  return page;
};
const browser = await launch();
const page = await signedIn(browser);

await part('open', async () => {
  const tree: number[] = [];
  const cold: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    await page.goto('about:blank');
    const began = performance.now();
    await page.goto(`${url}/p/${projectId}/s/${scenes[run * 90]!.id}`);
    await page.getByRole('treeitem').first().waitFor();
    tree.push(performance.now() - began);
    await page
      .getByRole('textbox', { name: '본문' })
      .getByText('그해 겨울')
      .or(page.getByRole('textbox', { name: '본문' }).getByText('설화'))
      .first()
      .waitFor();
    cold.push(performance.now() - began);
  }
  row(`tree of ${EPISODES} episodes, from the address bar`, `${median(tree).toFixed(0)} ms`, '1,500 ms');
  row('scene with its text, from the address bar', `${median(cold).toFixed(0)} ms`, '2,300 ms with the page');
});

await part('switch', async () => {
  await page.goto(`${url}/p/${projectId}/s/${scenes[360]!.id}`);
  const switched: number[] = [];
  const rows = page.getByRole('treeitem').filter({ hasText: /\d+화/ });
  for (let at = 0; at < 5; at += 1) {
    const before = page.url();
    const began = performance.now();
    await rows.nth(3 + at).click();
    // Not waitForFunction: the page's own policy forbids evaluating strings inside it.
    const shown = `location.href !== ${JSON.stringify(before)} && (document.querySelector('[role=textbox][aria-label="본문"]')?.textContent?.length ?? 0) > 1000`;
    await expect.poll(() => page.evaluate<boolean>(shown), { intervals: [5], timeout: 10_000 }).toBe(true);
    switched.push(performance.now() - began);
  }
  row('switch to a scene not opened before', `${median(switched).toFixed(0)} ms`, '800 ms');
});

await part('keys', async () => {
  const [seven, hundred] = await scenesOf(longId);
  // The wait for the screen's tick, 0 to 16.7 ms by chance, is nobody's; a browser whose frames come as soon as they can does without.
  await using unclocked = await launch('--disable-frame-rate-limit', '--disable-gpu-vsync');
  for (const [browserName, at] of [
    ['60 frames a second', page],
    ['frames at once', await signedIn(unclocked)],
  ] as const) {
    const bare = await at.context().newPage();
    for (const [name, scene, characters, target] of [
      ['7,000', seven!, 7_000, '16 ms'],
      ['100,000', hundred!, 100_000, '50 ms'],
    ] as const) {
      await at.bringToFront();
      await at.goto(`${url}/p/${longId}/s/${scene.id}`);
      await at.getByRole('textbox', { name: '본문' }).getByText('등불').first().waitFor();
      const times = await keys(at, 200);
      row(`keydown to the end of the next frame, ${name} characters, ${browserName}, p95`, `${p95(times.map(({ whole }) => whole)).toFixed(1)} ms`, target);
      row('  of it work of the page and the browser, p95', `${p95(times.map(({ work }) => work)).toFixed(1)} ms`, target);
      // The browser's own share: the same text in a page that does nothing.
      await bare.bringToFront();
      await bare.setContent(`<div contenteditable role="textbox" aria-label="본문">${prose(characters).replaceAll(/(.+)\n/g, '<p>$1</p>')}</div>`);
      const floor = await keys(bare, 200);
      row('  the same in a bare editable page: whole, p95', `${p95(floor.map(({ whole }) => whole)).toFixed(1)} ms`, 'the floor');
      row('  the same in a bare editable page: work, p95', `${p95(floor.map(({ work }) => work)).toFixed(1)} ms`, 'the floor');
    }
    await bare.close();
    await at.bringToFront();
  }
});

await part('search', async () => {
  const searches: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const began = performance.now();
    await author.call('GET', `/projects/${projectId}/search?q=${encodeURIComponent('우물가')}`);
    searches.push(performance.now() - began);
  }
  row('search in 2.75 M characters, over HTTP', `${median(searches).toFixed(0)} ms`, '300 ms');
});

await part('scroll', async () => {
  const { nodes } = await author.call<{ nodes: { id: string; kind: string }[] }>('GET', `/projects/${projectId}/outline`);
  const episodes = nodes.find(({ kind }) => kind === 'part')!;
  await page.goto(`${url}/p/${projectId}/c/${episodes.id}`);
  await page.getByRole('textbox').first().getByText('설화').first().waitFor();
  await page.evaluate(WATCH_FRAMES);
  await page.mouse.move(720, 500);
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', 'devtools.timeline'] });
  for (let turn = 0; turn < 150; turn += 1) await page.mouse.wheel(0, 400);
  const own = workBetweenFrames(JSON.parse((await browser.stopTracing()).toString('utf8')) as Trace);
  const frames = await page.evaluate<number[]>('frameTimes');
  row(`frames with over 33 ms of the page’s own work, of ${own.length}, scrolling 50 scenes`, `${own.filter((ms) => ms > 33).length}`, '0');
  row('  the most of them', `${Math.max(...own).toFixed(0)} ms`, '33 ms');
  row(`  by the clock, with software drawing beside it: over 33 ms, of ${frames.length}`, `${frames.filter((ms) => ms > 33).length}`, 'none');
});

await part('memory', async () => {
  for (let at = 0; at < 30; at += 1) {
    await page.goto(`${url}/p/${projectId}/s/${scenes[at * 7]!.id}`);
    await page.getByRole('textbox', { name: '본문' }).getByText('설화').first().waitFor();
  }
  const session = await browser.newBrowserCDPSession();
  const pageSession = await page.context().newCDPSession(page);
  await pageSession.send('HeapProfiler.collectGarbage');
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
  row('renderer after 30 scenes', `${Math.max(...renderers).toFixed(0)} MB`, '400 MB');
});

await browser.close();
