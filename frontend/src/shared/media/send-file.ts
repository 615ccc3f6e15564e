import { Problem, type ProblemCode } from '@cowrite/contract';
import { problemOf } from '../api/call.ts';

export interface Sending {
  file: Blob;
  /** The media service's `/uploads`. */
  uploadsUrl: string;
  /** A fresh ticket; asked for again when nobody heard whether the last one was taken. */
  ticket: () => Promise<string>;
  /** How much of the file has arrived, from 0 to 1. At 1 the picture is being made. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
  fetch: typeof globalThis.fetch;
  /** Waits before the next try, unless the signal comes first. */
  wait: (ms: number) => Promise<void>;
}

/** Small enough that progress moves and a cut costs little, large enough that a picture is a few requests. */
const PIECE_BYTES = 512 * 1024;
const TRIES = 6;

/** What the service says without words, to a question about an upload that it had refused. */
const REFUSED_AS: Readonly<Record<number, ProblemCode>> = { 401: 'signed-out', 403: 'forbidden', 404: 'not-found', 413: 'too-large', 415: 'unsupported-type', 422: 'unreadable-image' };

/**
 * Sends a file by tus 1.0, piece by piece, and goes on where it stood after a cut.
 * @returns the id of the picture that was made of it.
 * @throws Problem what the service refuses it with; the signal's reason when it was given up, and then the service is told.
 */
export async function sendFile(sending: Sending): Promise<string> {
  const { file, signal, onProgress } = sending;
  const { url, ticket } = await begin(sending);
  const ask = (method: string, headers: Record<string, string> = {}, body?: Blob) =>
    sending.fetch(url, { method, headers: { authorization: `Bearer ${ticket}`, 'tus-resumable': '1.0.0', ...headers }, ...(body === undefined ? {} : { body }), ...(method === 'DELETE' ? {} : { signal }) });
  const stands = async (answer: Response): Promise<number> => {
    if (answer.status < 300) return Number(answer.headers.get('upload-offset'));
    throw answer.status >= 500 ? new Problem('unavailable') : new Problem(REFUSED_AS[answer.status] ?? 'internal-error');
  };

  let offset = 0;
  try {
    for (let failures = 0; offset < file.size;) {
      try {
        // After a failure nobody knows how much has arrived.
        offset = failures > 0 ? await stands(await ask('HEAD')) : await arrived(await ask('PATCH', { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, file.slice(offset, offset + PIECE_BYTES)));
        failures = 0;
        onProgress(offset / file.size);
      } catch (failure) {
        failures = await again(failure, failures, sending);
      }
    }
  } catch (failure) {
    if (signal.aborted) await ask('DELETE').catch(() => undefined);
    throw failure;
  }
  return url.slice(url.lastIndexOf('/') + 1);
}

async function begin(sending: Sending): Promise<{ url: string; ticket: string }> {
  const { file, uploadsUrl, signal } = sending;
  for (let failures = 0; ;) {
    try {
      const ticket = await sending.ticket();
      const answer = await sending.fetch(uploadsUrl, { method: 'POST', headers: { authorization: `Bearer ${ticket}`, 'tus-resumable': '1.0.0', 'upload-length': String(file.size) }, signal });
      if (!answer.ok) throw await problemOf(answer);
      return { url: new URL(answer.headers.get('location')!, uploadsUrl).href, ticket };
    } catch (failure) {
      failures = await again(failure, failures, sending);
    }
  }
}

async function arrived(answer: Response): Promise<number> {
  if (!answer.ok) throw await problemOf(answer);
  return Number(answer.headers.get('upload-offset'));
}

/** Waits for another try after what may pass. @returns how many have failed. @throws what will not pass, or has not for long. */
async function again(failure: unknown, failures: number, { signal, wait }: Sending): Promise<number> {
  const mayPass = failure instanceof TypeError || (failure instanceof Problem && (failure.code === 'unavailable' || failure.code === 'upload-offset'));
  if (signal.aborted || !mayPass || failures + 1 >= TRIES) throw failure;
  await wait(500 * 2 ** failures);
  signal.throwIfAborted();
  return failures + 1;
}
