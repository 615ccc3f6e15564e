import type { ImportFile, Lengths } from '@cowrite/contract';
import { decodeText, lengthOf, splitManuscript } from '@cowrite/manuscript';

/** An imported file as it is kept: its text, and how it would be split. Or why it cannot be read. */
export type ReadFile = ({ readable: true; content: string; lines: number; lengths: Lengths } & Pick<ImportFile, 'encoding' | 'composed' | 'rule' | 'sections'>) | { readable: false; reason: string };

const FIRST_LINE_CHARACTERS = 120;

/** Reads and splits an imported file. Half a second for ten megabytes; larger ones belong on a thread. */
export function readFile(bytes: Uint8Array, name: string): ReadFile {
  const decoded = decodeText(bytes);
  if (!decoded.readable) return decoded;
  const { lines, rule, sections } = splitManuscript(decoded.text, name.normalize('NFC'));
  return {
    readable: true,
    content: decoded.text,
    encoding: decoded.encoding,
    composed: decoded.composed,
    lines: lines.length,
    lengths: lengthOf(decoded.text),
    rule,
    sections: sections.map((section) => ({ ...section, ...aboutLines(lines.slice(section.from, section.to)) })),
  };
}

/** What the preview says of a section's lines. */
function aboutLines(lines: readonly string[]): { lengths: Lengths; firstLine: string } {
  const first = (lines.find((line) => line.trim() !== '') ?? '').trim();
  return { lengths: lengthOf(lines.join('\n')), firstLine: first.slice(0, FIRST_LINE_CHARACTERS).replace(/[\ud800-\udbff]$/, '') };
}
