'use client';

import { useEffect } from 'react';

/** One page of each kind; any address inside a work brings the page that opens all of them. */
const PAGES = ['/shelf', '/p/00000000-0000-7000-8000-000000000000'];

/** Lets the studio open from cold without the network (the worker's own file says what it keeps). */
export function OfflineReady() {
  useEffect(() => {
    if (!('serviceWorker' in navigator)) return;
    void (async () => {
      try {
        await navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' });
        const { active } = await navigator.serviceWorker.ready;
        const files = performance
          .getEntriesByType('resource')
          .map((entry) => new URL(entry.name))
          .filter((url) => url.origin === location.origin)
          .map((url) => url.pathname + url.search);
        active?.postMessage({ type: 'keep', files, pages: PAGES });
      } catch {
        // Without a worker (private mode, no TLS) the studio works as long as its page is open.
      }
    })();
  }, []);
  return null;
}
