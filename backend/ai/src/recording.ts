/** What a recording may be; also the end of its name where it goes. */
type RecordingKind = 'wav' | 'mp3' | 'm4a' | 'ogg' | 'webm' | 'flac';

/** A recording on its way. It is kept nowhere. */
export interface Recording {
  kind: RecordingKind;
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const TYPES: Readonly<Record<RecordingKind, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg', m4a: 'audio/mp4', ogg: 'audio/ogg', webm: 'audio/webm', flac: 'audio/flac' };

/** Voice in less than 16 kbit/s is nothing that phones and browsers record. */
const BYTES_A_SECOND_LEAST = 2_000;
/** As OpenAI counts sound, and more than anybody says in a second. */
const TOKENS_A_SECOND = 10;

/** A recording, of the kind that its first bytes say, whatever it was called; null for what is none. */
export function recordingOf(bytes: Uint8Array<ArrayBuffer>): Recording | null {
  const kind = kindOf(bytes);
  return kind === null ? null : { kind, type: TYPES[kind], bytes };
}

/** What sound it is by its first bytes, as a type; null for what is none. */
export function soundTypeOf(bytes: Uint8Array): string | null {
  const kind = kindOf(bytes);
  return kind === null ? null : TYPES[kind];
}

function kindOf(bytes: Uint8Array): RecordingKind | null {
  const says = (at: number, word: string): boolean => latin(bytes, at, word.length) === word;
  if (says(0, 'RIFF') && says(8, 'WAVE')) return 'wav';
  if (says(0, 'OggS')) return 'ogg';
  if (says(0, 'fLaC')) return 'flac';
  // Pictures come in the same boxes.
  if (says(4, 'ftyp')) return /^(?:M4[ABV] |iso\w|mp4\d|3gp\w|dash|MSNV)$/.test(latin(bytes, 8, 4)) ? 'm4a' : null;
  // Matroska is the same from outside, and makers do not take it.
  if (says(0, '\u001a\u0045\u00df\u00a3')) return latin(bytes, 0, 64).includes('webm') ? 'webm' : null;
  if (says(0, 'ID3') || isMp3Frame(bytes)) return 'mp3';
  return null;
}

/** The head of a frame of MPEG audio: its sign, and none of the values that there are not. AAC's has layer 0. */
function isMp3Frame(bytes: Uint8Array): boolean {
  const [sign = 0, version = 0, rate = 0] = bytes;
  return bytes.length > 3 && sign === 0xff && (version & 0xe0) === 0xe0 && (version & 0x18) !== 0x08 && (version & 0x06) !== 0 && (rate & 0xf0) !== 0xf0 && (rate & 0x0c) !== 0x0c;
}

const latin = (bytes: Uint8Array, at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));

/** How long it lasts: as its head says, otherwise not shorter than it is, in whole seconds. */
export function secondsAtMost({ kind, bytes }: Pick<Recording, 'kind' | 'bytes'>): number {
  const said = kind === 'wav' && bytes.length >= 44 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(28, true) : 0;
  return Math.ceil(bytes.length / Math.max(said, BYTES_A_SECOND_LEAST));
}

/** What so many seconds of sound come to where their maker counts no tokens. */
export const tokensOfSeconds = (seconds: number): number => Math.ceil(seconds * TOKENS_A_SECOND);
