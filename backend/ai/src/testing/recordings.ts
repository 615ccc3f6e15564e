/** A recording of so many seconds, as a browser would not make it but everybody reads it: WAV, one channel, 16 bits, 8,000 a second. */
export function aWav(seconds: number): Buffer<ArrayBuffer> {
  const rate = 8_000;
  const bytes = Buffer.alloc(44 + seconds * rate * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  for (const [value, at] of [
    [16, 16],
    [rate, 24],
    [rate * 2, 28],
    [bytes.length - 44, 40],
  ] as const)
    bytes.writeUInt32LE(value, at);
  for (const [value, at] of [
    [1, 20],
    [1, 22],
    [2, 32],
    [16, 34],
  ] as const)
    bytes.writeUInt16LE(value, at);
  bytes.write('data', 36, 'latin1');
  for (let at = 44; at < bytes.length; at += 2) bytes.writeInt16LE(Math.round(8_000 * Math.sin(at / 9)), at);
  return bytes;
}
