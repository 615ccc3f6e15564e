import { RECORDING_BYTES_MAX } from '@cowrite/contract';
import { useCallback, useEffect, useRef, useState } from 'react';

/** Voice, and small: more than an hour is below what is taken. */
const BITS_A_SECOND = 32_000;
/** Of those that the AI service knows, the first that this browser makes. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

/** Whether this browser can record here at all: it has a microphone only where the page is safe. */
export const canRecord = (): boolean => typeof MediaRecorder !== 'undefined' && navigator.mediaDevices !== undefined;

/**
 * Records what is said into the microphone. Nothing of it leaves the page; `onWhole` gets it. It ends by itself before it is too large, and the
 * microphone is closed with it, also when the page goes on without it.
 */
export function useRecorder({ onWhole, onClosed }: { onWhole: (recording: Blob) => void; onClosed: () => void }): { seconds: number | null; begin: () => void; end: () => void } {
  const [seconds, setSeconds] = useState<number | null>(null);
  const recorder = useRef<MediaRecorder | null>(null);
  const isOpening = useRef(false);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
      if (recorder.current?.state === 'recording') recorder.current.stop();
    };
  }, []);

  const listen = useCallback(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const close = () => {
      for (const track of stream.getTracks()) track.stop();
    };
    // Allowed when nobody wanted it any more.
    if (!isHere.current) return close();
    const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
    const recording = new MediaRecorder(stream, { audioBitsPerSecond: BITS_A_SECOND, ...(type === undefined ? {} : { mimeType: type }) });
    const pieces: Blob[] = [];
    let size = 0;
    const began = performance.now();
    recording.addEventListener('dataavailable', ({ data }) => {
      pieces.push(data);
      size += data.size;
      setSeconds(Math.floor((performance.now() - began) / 1_000));
      if (size > RECORDING_BYTES_MAX * 0.98 && recording.state === 'recording') recording.stop();
    });
    recording.addEventListener('stop', () => {
      close();
      recorder.current = null;
      if (!isHere.current) return;
      setSeconds(null);
      onWhole(new Blob(pieces, { type: recording.mimeType }));
    });
    recorder.current = recording;
    setSeconds(0);
    recording.start(1_000);
  }, [onWhole]);

  const begin = useCallback(() => {
    if (recorder.current !== null || isOpening.current) return;
    isOpening.current = true;
    listen()
      .catch(onClosed)
      .finally(() => (isOpening.current = false));
  }, [listen, onClosed]);
  const end = useCallback(() => {
    if (recorder.current?.state === 'recording') recorder.current.stop();
  }, []);
  return { seconds, begin, end };
}
