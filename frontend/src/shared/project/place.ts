import { NodeId, ProjectId } from '@cowrite/contract';

/** Where in a work one is. The address says it, so that it can be kept, sent and gone back to. */
export type Place =
  | { kind: 'front' }
  | { kind: 'scene'; nodeId: NodeId }
  | { kind: 'continuous'; nodeId: NodeId }
  | { kind: 'translation'; nodeId: NodeId }
  | { kind: 'home' }
  | { kind: 'people' }
  | { kind: 'import' }
  | { kind: 'trash' }
  | { kind: 'ai' }
  | { kind: 'unknown' };

const NAMED = ['home', 'people', 'import', 'trash', 'ai'] as const;

/** What an address means; null when it is not inside a work. */
export function placeOf(pathname: string): { projectId: ProjectId; place: Place } | null {
  const [, p, project, first, second, ...more] = pathname.split('/');
  const projectId = ProjectId.safeParse(project);
  if (p !== 'p' || !projectId.success) return null;
  const at = (place: Place) => ({ projectId: projectId.data, place });
  if (more.some(Boolean)) return at({ kind: 'unknown' });
  if (!first) return at({ kind: 'front' });
  const node = NodeId.safeParse(second);
  if (first === 's') return at(node.success ? { kind: 'scene', nodeId: node.data } : { kind: 'unknown' });
  if (first === 'c') return at(node.success ? { kind: 'continuous', nodeId: node.data } : { kind: 'unknown' });
  if (first === 't') return at(node.success ? { kind: 'translation', nodeId: node.data } : { kind: 'unknown' });
  const named = NAMED.find((name) => name === first);
  return at(named && !second ? { kind: named } : { kind: 'unknown' });
}

/** The address of a place. */
export function pathOf(projectId: string, place: Exclude<Place, { kind: 'unknown' }>): string {
  switch (place.kind) {
    case 'front':
      return `/p/${projectId}`;
    case 'scene':
      return `/p/${projectId}/s/${place.nodeId}`;
    case 'continuous':
      return `/p/${projectId}/c/${place.nodeId}`;
    case 'translation':
      return `/p/${projectId}/t/${place.nodeId}`;
    default:
      return `/p/${projectId}/${place.kind}`;
  }
}

/**
 * Goes to another place of the same work without asking the server: the page is already here, so a scene opens in the
 * same frame, and without the network as well.
 */
export function goTo(projectId: string, place: Exclude<Place, { kind: 'unknown' }>, options: { replace?: boolean } = {}): void {
  const path = pathOf(projectId, place);
  if (location.pathname === path) return;
  // A composition ends where it stands before the text goes away from under it.
  if (document.activeElement instanceof HTMLElement && document.activeElement.isContentEditable) document.activeElement.blur();
  if (options.replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
}
