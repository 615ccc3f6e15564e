import type { LiveOptions, LiveProject } from './live.ts';
import { ProjectSocket } from './project.ts';

export * from './live.ts';

/** Opens the tab's socket to a project. One a tab and project; `close` it when the project is left. */
export const openProject = (options: LiveOptions): LiveProject => new ProjectSocket(options);
