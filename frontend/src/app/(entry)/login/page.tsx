import { LoginForm } from '../../../features/door/entry-form.tsx';

export default function Page() {
  return <LoginForm />;
}
