import type { Carrier, Ears } from './carrier.ts';

/** A WebSocket to sync. `url` is its ws: or wss: address, without a slash at the end. */
export function openSocket(url: string, hello: Uint8Array, ears: Ears): Carrier {
  const socket = new WebSocket(`${url}/v1`);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    socket.send(hello as Uint8Array<ArrayBuffer>);
    ears.opened();
  };
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => ears.message(new Uint8Array(data));
  socket.onclose = ({ code }) => ears.closed(code);
  return {
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame as Uint8Array<ArrayBuffer>);
    },
    drop() {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(4000);
    },
  };
}
