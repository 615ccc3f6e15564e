/**
 * Files of decades ago and of other systems, read as text. What cannot be read is refused with a reason: a manuscript
 * full of question marks is worse than no manuscript.
 */

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'euc-kr';

/** A file as text in NFC with `\n` line ends and no byte order mark, or why it is not text. */
export type DecodedText = { readable: true; text: string; encoding: TextEncoding; /** Decomposed letters were composed. */ composed: boolean } | { readable: false; reason: 'known-binary' | 'binary' | 'damaged' };

/** Beginnings of files that people rename to .txt: archives (DOCX, HWPX, EPUB), PDF, HWP, pictures, RTF. */
const SIGNATURES: readonly (readonly number[])[] = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x50, 0x4b, 0x05, 0x06],
  [0x25, 0x50, 0x44, 0x46],
  [0xd0, 0xcf, 0x11, 0xe0],
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x47, 0x49, 0x46, 0x38],
  [0x1f, 0x8b],
  [0x37, 0x7a, 0xbc, 0xaf],
  [0x52, 0x61, 0x72, 0x21],
  [0x7b, 0x5c, 0x72, 0x74, 0x66],
  [...new TextEncoder().encode('HWP Document File')],
];

/** Of all characters, how many may be unreadable in an encoding that cannot be checked strictly. */
const DAMAGED_MAX = 0.001;
/** Of all characters, how many may be control characters. */
const CONTROLS_MAX = 0.01;

const startsWith = (bytes: Uint8Array, signature: readonly number[]): boolean => signature.every((byte, at) => bytes[at] === byte);

/**
 * Reads bytes as text: by byte order mark, as strict UTF-8, as UTF-16 when its zero bytes give it away, and otherwise
 * as EUC-KR with Microsoft's extension (CP949).
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (SIGNATURES.some((signature) => startsWith(bytes, signature))) return { readable: false, reason: 'known-binary' };
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) return finish(bytes.subarray(3), 'utf-8');
  if (startsWith(bytes, [0xff, 0xfe])) return finish(bytes.subarray(2), 'utf-16le');
  if (startsWith(bytes, [0xfe, 0xff])) return finish(bytes.subarray(2), 'utf-16be');
  if (bytes.includes(0)) {
    const encoding = utf16By(bytes);
    return encoding === null ? { readable: false, reason: 'binary' } : finish(bytes, encoding);
  }
  return isUtf8(bytes) ? finish(bytes, 'utf-8') : finish(bytes, 'euc-kr');
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Which half of each unit is zero in spaces and line ends: every prose has those. */
function utf16By(bytes: Uint8Array): TextEncoding | null {
  if (bytes.length % 2 !== 0) return null;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    if (bytes[at] === 0) even++;
    if (bytes[at + 1] === 0) odd++;
  }
  // A few units end in 00 the other way round (U+AC00 is 가), never many.
  if (odd > even * 4) return 'utf-16le';
  return even > odd * 4 ? 'utf-16be' : null;
}

let extension: Map<number, string> | undefined;

/**
 * The 8,822 syllables that CP949 adds to EUC-KR: all that EUC-KR lacks, in the order of Unicode, in the places that it
 * left free. Not every TextDecoder knows them, so they are worked out from the ones that every one knows.
 */
function cp949Extension(): Map<number, string> {
  if (extension !== undefined) return extension;
  const known = new Set<string>();
  const decoder = new TextDecoder('euc-kr');
  for (let lead = 0xb0; lead <= 0xc8; lead++) for (let trail = 0xa1; trail <= 0xfe; trail++) known.add(decoder.decode(Uint8Array.of(lead, trail)));
  const table = new Map<number, string>();
  let syllable = 0xac00;
  for (let lead = 0x81; lead <= 0xc6; lead++) {
    for (let trail = 0x41; trail <= (lead <= 0xa0 ? 0xfe : 0xa0); trail++) {
      if ((trail > 0x5a && trail < 0x61) || (trail > 0x7a && trail < 0x81)) continue;
      while (syllable <= 0xd7a3 && known.has(String.fromCharCode(syllable))) syllable++;
      if (syllable > 0xd7a3) return (extension = table);
      table.set(lead * 256 + trail, String.fromCharCode(syllable++));
    }
  }
  return (extension = table);
}

function decodeCp949(bytes: Uint8Array): string {
  const table = cp949Extension();
  const decoder = new TextDecoder('euc-kr');
  const parts: string[] = [];
  let plain = 0;
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at]!;
    if (lead < 0x80) continue;
    const syllable = table.get(lead * 256 + (bytes[at + 1] ?? 0));
    if (syllable !== undefined) {
      parts.push(decoder.decode(bytes.subarray(plain, at)), syllable);
      plain = at + 2;
    }
    at++;
  }
  parts.push(decoder.decode(bytes.subarray(plain)));
  return parts.join('');
}

function finish(bytes: Uint8Array, encoding: TextEncoding): DecodedText {
  const raw = encoding === 'euc-kr' ? decodeCp949(bytes) : new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
  let unreadable = 0;
  let controls = 0;
  for (let at = 0; at < raw.length; at++) {
    const unit = raw.charCodeAt(at);
    if (unit === 0) return { readable: false, reason: 'binary' };
    if (unit === 0xfffd) unreadable++;
    else if (unit < 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d && unit !== 0x0c) controls++;
  }
  if (controls > raw.length * CONTROLS_MAX) return { readable: false, reason: 'binary' };
  // Where a strict reading exists there is no excuse; one that fits a legacy encoding almost everywhere is that one.
  const allowed = encoding === 'euc-kr' ? raw.length * DAMAGED_MAX : 0;
  if (unreadable > allowed && !(encoding === 'utf-8' && isUtf8(bytes))) return { readable: false, reason: 'damaged' };
  const text = raw.normalize('NFC');
  return { readable: true, text: text.replace(/\r\n?/g, '\n'), encoding, composed: text !== raw };
}
