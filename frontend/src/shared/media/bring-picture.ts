import { BlobId, type MediaKind, Problem, routes } from '@cowrite/contract';
import { call, studioConfig } from '../api/call.ts';
import { sendFile } from './send-file.ts';

/** Brings a picture into a work. @throws Problem, or a TypeError when there is no network; the signal's reason when it was given up. */
export async function bringPicture({ file, projectId, kind, onProgress, signal }: { file: File; projectId: string; kind: MediaKind; onProgress: (share: number) => void; signal: AbortSignal }): Promise<BlobId> {
  // Nothing that has no bytes is a picture, and the wire has no word for it.
  if (file.size === 0) throw new Problem('unreadable-image');
  const { mediaUrl } = await studioConfig();
  const id = await sendFile({
    file,
    uploadsUrl: new URL(`${mediaUrl}/uploads`, location.href).href,
    ticket: async () => (await call(routes.media.ticket, { projectId, kind }, { signal })).ticket,
    onProgress,
    signal,
    fetch: (input, init) => fetch(input, { ...init, credentials: 'omit' }),
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
      }),
  });
  return BlobId.parse(id);
}
