import { Invitation } from '../../../../features/people/invitation.tsx';

export default async function Page({ params }: { params: Promise<{ code: string }> }) {
  return <Invitation code={(await params).code} />;
}
