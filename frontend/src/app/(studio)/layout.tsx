import { headers } from 'next/headers';
import { StudioProviders } from '../../shared/ui/studio-providers.tsx';
import { OfflineReady } from '../offline-ready.tsx';

export default async function StudioLayout({ children }: { children: React.ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <StudioProviders nonce={nonce}>
      <OfflineReady />
      {children}
    </StudioProviders>
  );
}
