/** Files that were dropped where no work was open yet, kept in memory until the import page of the new work takes them. */
const held = new Map<string, readonly File[]>();

export function holdFiles(projectId: string, files: readonly File[]): void {
  held.set(projectId, files);
}

/** The files for this work, given once. */
export function takeHeldFiles(projectId: string): readonly File[] {
  const files = held.get(projectId) ?? [];
  held.delete(projectId);
  return files;
}
