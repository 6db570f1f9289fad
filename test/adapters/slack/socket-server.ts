import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type SocketServer = {
  /** Slack's Web API, of which it has apps.connections.open. */
  apiUrl: string;
  /** Answers what apps.connections.open answers from now on; null: the address of the socket. */
  open: object | null;
  opened: number;
  connections: Socket[];
  /** What the app sent, parsed, oldest first. */
  sent: { envelope_id: string; payload: Record<string, unknown> }[];
  send(message: object): void;
  close(): Promise<void>;
};

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Slack's socket mode, as far as the app sees it: the address by an API call, then hello, envelopes and acknowledgements over a WebSocket (RFC 6455, short unfragmented frames). */
export async function openSocketServer(): Promise<SocketServer> {
  const http = createServer((req, res) => {
    req.resume();
    server.opened += 1;
    const { port } = http.address() as AddressInfo;
    res
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(server.open ?? { ok: true, url: `ws://127.0.0.1:${port}/socket` }));
  });
  http.on('upgrade', (req, socket: Socket) => {
    const accept = createHash('sha1').update(`${req.headers['sec-websocket-key']}${GUID}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    server.connections.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      for (const frame of framesOf(data)) {
        if (frame.opcode === 1) server.sent.push(JSON.parse(frame.payload.toString()));
        if (frame.opcode === 8) socket.end(frameOf(8, frame.payload));
        if (frame.opcode === 9) socket.write(frameOf(10, frame.payload));
      }
    });
    socket.write(frameOf(1, Buffer.from(JSON.stringify({ type: 'hello' }))));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  const server: SocketServer = {
    apiUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/`,
    open: null,
    opened: 0,
    connections: [],
    sent: [],
    send: (message) => void server.connections.at(-1)?.write(frameOf(1, Buffer.from(JSON.stringify(message)))),
    close() {
      for (const socket of server.connections) socket.destroy();
      http.closeAllConnections();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
  return server;
}

function frameOf(opcode: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, payload.length])
      : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
}

function framesOf(data: Buffer): { opcode: number; payload: Buffer }[] {
  const frames: { opcode: number; payload: Buffer }[] = [];
  let at = 0;
  while (at + 6 <= data.length) {
    const opcode = (data[at] ?? 0) & 15;
    const short = (data[at + 1] ?? 0) & 127;
    const length = short === 126 ? data.readUInt16BE(at + 2) : short;
    const maskAt = at + (short === 126 ? 4 : 2);
    const payload = Buffer.from(data.subarray(maskAt + 4, maskAt + 4 + length)).map(
      (byte, index) => byte ^ (data[maskAt + (index % 4)] ?? 0),
    );
    frames.push({ opcode, payload: Buffer.from(payload) });
    at = maskAt + 4 + length;
  }
  return frames;
}
