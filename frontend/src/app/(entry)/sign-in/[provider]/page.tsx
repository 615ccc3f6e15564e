import { SignInProvider } from '@cowrite/contract';
import { notFound } from 'next/navigation';
import { SocialReturn } from '../../../../features/door/social-return.tsx';

export default async function Page({ params }: { params: Promise<{ provider: string }> }) {
  const provider = SignInProvider.safeParse((await params).provider);
  if (!provider.success) notFound();
  return <SocialReturn provider={provider.data} />;
}
