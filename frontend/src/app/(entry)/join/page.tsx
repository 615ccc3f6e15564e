import { JoinForm } from '../../../features/door/entry-form.tsx';

export default function Page() {
  return <JoinForm />;
}
