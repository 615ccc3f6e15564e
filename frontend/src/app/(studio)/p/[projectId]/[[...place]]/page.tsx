import { ProjectStudio } from './project-studio.tsx';

/** Every address inside a work is this one page, so that going between them needs no server. */
export default function Page() {
  return <ProjectStudio />;
}
