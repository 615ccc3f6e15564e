import { assists } from '@cowrite/contract';
import { useQuery } from '@tanstack/react-query';
import { callAi } from '../../shared/api/call-ai.ts';

/** Whose models this house has set up, as the panel asks. */
export const useHouse = (projectId: string) => useQuery({ queryKey: ['ai', 'providers', projectId], queryFn: ({ signal }) => callAi(assists.providers, projectId, { projectId }, { signal }), staleTime: 60_000, retry: 1 });
