import { type MediaKind, Problem, type VariantName } from '@cowrite/contract';
import { fileTypeFromBuffer } from 'file-type';
import sharp, { type Sharp } from 'sharp';

export interface PictureLimits {
  pixelsMax: number;
  /** For the reading, and for the making of each size. */
  timeoutMs: number;
}

interface MadeVariant {
  name: VariantName;
  type: 'image/avif' | 'image/webp' | 'image/jpeg' | 'image/png';
  width: number;
  height: number;
  bytes: Uint8Array;
}

export interface MadePicture {
  width: number;
  height: number;
  variants: MadeVariant[];
}

/** What is taken, by what the bytes begin with, and what the reader must then say that it is. */
const TAKEN: Readonly<Record<string, string>> = { 'image/jpeg': 'jpeg', 'image/png': 'png', 'image/webp': 'webp', 'image/avif': 'heif' };
const EXPECTED = { expected: 'JPEG, PNG, WebP, AVIF' };

const SIZES: Record<MediaKind, readonly VariantName[]> = { cover: ['160', '480', '1080'], portrait: ['160', '480'], image: ['480', '1080', '2160'] };
/** No size is taller than this many times its greatest width: a strip of one pixel's width is not a picture to look at. */
const TALLEST = 4;
/** AVIF of a wider one takes seconds to make and saves little more. */
const AVIF_WIDTH_MAX = 1_080;

// No reader but these four is in reach of a file, whatever it says that it is.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer', 'VipsForeignLoadHeifBuffer'] });
// One picture is made at a time; memory between two of them is of no use.
sharp.cache(false);
sharp.concurrency(1);

/**
 * Reads a file that someone brought and makes it anew in the sizes of its kind: nothing of the file itself is kept, neither
 * metadata (camera, place, programs) nor what may hide behind the picture. Turned as its EXIF says, in sRGB, never enlarged.
 *
 * @throws Problem `unsupported-type` for what is not one of the four formats or moves, `too-large` for more pixels than
 * are read, `unreadable-image` for one that is broken or takes too long.
 */
export async function makePicture(file: Uint8Array, kind: MediaKind, { pixelsMax, timeoutMs }: PictureLimits): Promise<MadePicture> {
  const type = await fileTypeFromBuffer(file);
  const format = TAKEN[type?.mime ?? ''];
  if (format === undefined) throw new Problem('unsupported-type', EXPECTED);
  const seconds = Math.ceil(timeoutMs / 1_000);
  const source = (): Sharp => sharp(file, { limitInputPixels: pixelsMax, sequentialRead: true, failOn: 'error' }).timeout({ seconds });
  const largest = SIZES[kind].at(-1)!;
  try {
    const about = await source().metadata();
    if (about.format !== format || (about.pages ?? 1) > 1) throw new Problem('unsupported-type', EXPECTED);
    const { data, info } = await within(source().autoOrient(), largest).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const seesThrough = info.channels === 4 && data.some((value, at) => at % 4 === 3 && value < 255);
    const pixels = (): Sharp => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } }).timeout({ seconds });
    const base = (): Sharp => (seesThrough ? pixels() : pixels().removeAlpha());
    const variants: MadeVariant[] = [];
    for (const name of SIZES[kind]) {
      for (const [made, as] of formatsOf(Number(name), seesThrough)) {
        const { data: bytes, info: size } = await as(within(base(), name)).toBuffer({ resolveWithObject: true });
        variants.push({ name, type: made, width: size.width, height: size.height, bytes });
      }
      // A larger size would be the same again.
      if (info.width <= Number(name) && info.height <= Number(name) * TALLEST) break;
    }
    return { width: info.width, height: info.height, variants };
  } catch (failure) {
    if (failure instanceof Problem) throw failure;
    if (failure instanceof Error && /pixel limit/.test(failure.message)) throw new Problem('too-large', { limit: `${pixelsMax / 1_000_000} Mpx` });
    throw new Problem('unreadable-image');
  }
}

const within = (picture: Sharp, name: VariantName): Sharp => picture.resize({ width: Number(name), height: Number(name) * TALLEST, fit: 'inside', withoutEnlargement: true });

function formatsOf(width: number, seesThrough: boolean): [MadeVariant['type'], (picture: Sharp) => Sharp][] {
  return [
    ...(width <= AVIF_WIDTH_MAX ? [['image/avif', (picture: Sharp) => picture.avif({ quality: 55, effort: 2 })] satisfies [MadeVariant['type'], (picture: Sharp) => Sharp]] : []),
    ['image/webp', (picture) => picture.webp({ quality: 80 })],
    seesThrough ? ['image/png', (picture) => picture.png()] : ['image/jpeg', (picture) => picture.jpeg({ quality: 82 })],
  ];
}
