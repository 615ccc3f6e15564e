import { deflateSync, crc32 } from 'node:zlib';
import sharp from 'sharp';

/** A picture of many colours, so that formats have something to do; half seen through with four channels. */
export function aPicture(format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif', { width = 600, height = 800, channels = 3 as 3 | 4 } = {}): Promise<Buffer> {
  const pixels = new Uint8Array(width * height * channels);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = channels === 4 && at % 4 === 3 ? 128 : (at * at) % 251;
  return sharp(pixels, { raw: { width, height, channels } }).toFormat(format).toBuffer();
}

/** A JPEG that says where it was taken, by whom, and that it lies on its side. */
export const aPhotograph = (): Promise<Buffer> =>
  sharp({ create: { width: 400, height: 200, channels: 3, background: '#4a7' } })
    .jpeg()
    .withExif({ IFD0: { Artist: '비밀의 작가', Make: 'SecretCam' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '37/1 33/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '126/1 58/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .toBuffer();

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

/** A PNG made by hand: one bit a pixel, all alike, so that a huge one is a small file. `between` stands before the pixels. */
export function aPng(width: number, height: number, between: readonly { type: string; data: Uint8Array }[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((1 + Math.ceil(width / 8)) * height);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...between.map(({ type, data }) => chunk(type, data)),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** A chunk of PNG whose `bytes` of zeros are packed to almost nothing: a text, or a colour profile. */
export const packedChunk = (type: 'zTXt' | 'iCCP', bytes: number): { type: string; data: Buffer } => ({ type, data: Buffer.concat([Buffer.from('name\0\0', 'latin1'), deflateSync(Buffer.alloc(bytes), { level: 9 })]) });
