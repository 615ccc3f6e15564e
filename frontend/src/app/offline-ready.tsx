'use client';

import { useEffect } from 'react';

/** Lets the studio open from cold without the network (the worker's own file says what it keeps). */
export function OfflineReady() {
  useEffect(() => {
    if (!('serviceWorker' in navigator)) return;
    navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' }).catch(() => {
      // Without a worker (private mode, no TLS) the studio works as long as its page is open.
    });
  }, []);
  return null;
}
