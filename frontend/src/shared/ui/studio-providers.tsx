'use client';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { isAway } from '../api/call.ts';
import { MenuLayer } from './layers.tsx';
import { NoticeProvider } from './notices.tsx';

/** What every page behind the sign-in stands on. */
export function StudioProviders({ nonce, children }: { nonce: string | undefined; children: React.ReactNode }) {
  const [queries] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: { staleTime: 10_000, refetchOnWindowFocus: true, retry: (count, failure) => isAway(failure) && count < 3 },
          mutations: { retry: false, networkMode: 'always' },
        },
      }),
  );
  return (
    <CSPProvider {...(nonce ? { nonce } : {})}>
      <QueryClientProvider client={queries}>
        <NoticeProvider>
          {children}
          <MenuLayer />
        </NoticeProvider>
      </QueryClientProvider>
    </CSPProvider>
  );
}
