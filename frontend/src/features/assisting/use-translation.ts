import { type DocumentId, type ProjectEvent, routes } from '@cowrite/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { call } from '../../shared/api/call.ts';
import { useProject } from '../../shared/project/project.tsx';

type Change = ProjectEvent['change'];

const isOfTerms = (change: Change): boolean => change.type === 'terms.changed';

/** Reads something again when the socket says that it changed, and when events were missed. */
function useReadAgain(key: readonly string[], isOfIt: (change: Change) => boolean): void {
  const { live } = useProject();
  const queries = useQueryClient();
  const name = JSON.stringify(key);
  useEffect(() => {
    if (live === null) return;
    const again = () => void queries.invalidateQueries({ queryKey: JSON.parse(name) as string[] });
    return live.onEvent(({ change }) => {
      if (isOfIt(change)) again();
    }, again);
  }, [live, queries, name, isOfIt]);
}

/** A scene's translation that was kept, in one language; read again when anybody changes it. */
export function useTranslation(documentId: DocumentId, language: string) {
  const { projectId } = useProject();
  const queryKey = ['translation', projectId, documentId, language];
  const isOfIt = useCallback((change: Change) => change.type === 'translation.changed' && change.documentId === documentId && change.language === language, [documentId, language]);
  useReadAgain(queryKey, isOfIt);
  return useQuery({ queryKey, queryFn: ({ signal }) => call(routes.translations.read, { projectId, documentId, language }, { signal }), networkMode: 'always', retry: 1 });
}

/** The glossary of the work. */
export function useTerms() {
  const { projectId } = useProject();
  const queryKey = ['terms', projectId];
  useReadAgain(queryKey, isOfTerms);
  return useQuery({ queryKey, queryFn: ({ signal }) => call(routes.terms.list, { projectId }, { signal }), networkMode: 'always', retry: 1 });
}
