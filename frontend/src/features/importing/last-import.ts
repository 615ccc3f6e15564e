const keyOf = (projectId: string) => `cowrite.last-import.${projectId}`;

/** Keeps in this browser which import was brought into a work last. */
export function rememberImport(projectId: string, importId: string): void {
  try {
    localStorage.setItem(keyOf(projectId), importId);
  } catch {
    // A browser that keeps nothing offers the way back only until the page is left.
  }
}

/** The import that was brought in last by this browser, or null. */
export function lastImportOf(projectId: string): string | null {
  try {
    return localStorage.getItem(keyOf(projectId));
  } catch {
    // The same browser that kept nothing above.
    return null;
  }
}
