import { Landing } from '../features/door/landing.tsx';

export default function Page() {
  return <Landing />;
}
