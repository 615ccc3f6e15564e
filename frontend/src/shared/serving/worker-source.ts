/**
 * The service worker that opens the studio without the network. It keeps this build's own files (they are named by
 * their content), the last page of each kind, and where the services are; it keeps no text and no answer of core:
 * those are in the databases of the person who signed in. Network first for pages, so that a new build is never hidden.
 */
export function workerSource(build: string): string {
  return `'use strict';
const FILES = 'cowrite-files';
const PAGES = 'cowrite-pages-' + ${JSON.stringify(build)};
const SHELLS = ['/shelf', '/p/shell'];

self.addEventListener('install', (event) => {
  event.waitUntil(self.skipWaiting());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith('cowrite-pages-') && name !== PAGES) await caches.delete(name);
    await self.clients.claim();
  })());
});

// Every address inside a work is one page: the last one kept opens all of them.
const shellOf = (url) => (url.pathname.startsWith('/p/') ? '/p/shell' : SHELLS.includes(url.pathname) ? url.pathname : null);

async function page(request, url) {
  const shell = shellOf(url);
  try {
    const answer = await fetch(request);
    if (shell && answer.ok && !answer.redirected) {
      const kept = answer.clone();
      const cache = await caches.open(PAGES);
      await cache.put(shell, kept);
    }
    return answer;
  } catch (failure) {
    const kept = shell && (await (await caches.open(PAGES)).match(shell));
    if (kept) return kept;
    throw failure;
  }
}

async function file(request) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function config(request) {
  const cache = await caches.open(FILES);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put('/config', answer.clone());
    return answer;
  } catch (failure) {
    const kept = await cache.match('/config');
    if (kept) return kept;
    throw failure;
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request, url));
  else if (url.pathname.startsWith('/_next/static/')) event.respondWith(file(request));
  else if (url.pathname === '/config') event.respondWith(config(request));
});

self.addEventListener('message', (event) => {
  if (event.data && event.data.type === 'signed-out') event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith('cowrite-pages-')).map((name) => caches.delete(name)))));
  // The page that first registers the worker was loaded before it: it says which files it came with.
  if (event.data && event.data.type === 'keep') {
    event.waitUntil((async () => {
      const cache = await caches.open(FILES);
      for (const path of event.data.files) if (path.startsWith('/_next/static/') && !(await cache.match(path))) { const answer = await fetch(path); if (answer.ok) await cache.put(path, answer); }
      const pages = await caches.open(PAGES);
      for (const path of event.data.pages) {
        const url = new URL(path, self.location.origin);
        const shell = shellOf(url);
        if (!shell || (await pages.match(shell))) continue;
        const answer = await fetch(url);
        if (answer.ok && !answer.redirected) await pages.put(shell, answer);
      }
      await config('/config');
    })());
  }
});
`;
}
