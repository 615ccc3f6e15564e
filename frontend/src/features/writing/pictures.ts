import { BlobId, Problem, routes } from '@cowrite/contract';
import { call, studioConfig } from '../../shared/api/call.ts';
import type { PictureSource } from './image-view.ts';

/** Where a picture of the work is for this person. @throws Problem `not-found`, or a TypeError when there is no network. */
export async function sourceOf(projectId: string, blobId: string): Promise<PictureSource> {
  const [{ mediaUrl }, picture] = await Promise.all([studioConfig(), call(routes.media.read, { projectId, blobId: BlobId.parse(blobId) })]);
  const [smallest] = picture.variants;
  if (!smallest) throw new Problem('not-found');
  return { src: mediaUrl + smallest.path, srcset: picture.variants.map(({ path, width }) => `${mediaUrl}${path} ${width}w`).join(', ') };
}

/** Brings a picture for the manuscript, and says that the manuscript shows it. */
export async function bringImage({ file, projectId, onProgress, signal }: { file: File; projectId: string; onProgress: (share: number) => void; signal: AbortSignal }): Promise<{ blobId: BlobId; width: number; height: number }> {
  const { bringPicture } = await import('../../shared/media/bring-picture.ts');
  const blobId = await bringPicture({ file, projectId, kind: 'image', onProgress, signal });
  await call(routes.media.attach, { projectId, blobId }, { signal });
  const { width, height } = await call(routes.media.read, { projectId, blobId }, { signal });
  return { blobId, width, height };
}
