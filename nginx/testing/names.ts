import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';

/** A name server on loopback that knows what a test told it, in the place of Docker's. */
export interface Names {
  /** `127.0.0.1:port` */
  readonly address: string;
  set(name: string, address: string): void;
  /** An address of loopback that nobody was given yet, so that services keep the ports they have in their own containers. */
  freeAddress(): string;
  close(): void;
}

const NO_SUCH_NAME = 3;

export async function someNames(): Promise<Names> {
  const known = new Map<string, string>();
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const question = query.subarray(12, at + 5);
    const address = known.get(labels.join('.'));
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (address === undefined ? NO_SUCH_NAME : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(address === undefined ? 0 : 1, 6);
    // A pointer to the name of the question, A, IN, ten minutes, four bytes.
    const answer = address === undefined ? Buffer.alloc(0) : Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 2, 88, 0, 4, ...address.split('.').map(Number)]);
    socket.send(Buffer.concat([head, question, answer]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const neighbourhood = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  let taken = 1;
  return {
    address: `127.0.0.1:${socket.address().port}`,
    set: (name, address) => void known.set(name, address),
    freeAddress: () => `${neighbourhood}.${(taken += 1)}`,
    close: () => void socket.close(),
  };
}
