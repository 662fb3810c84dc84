/** Senders on bare sockets: what no HTTP client does, real ones and their networks do. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

export const head = (to: string, length: number, more = '') =>
  `POST ${to} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n${more}\r\n`;

const sockets = new Set<Socket>();

export function closeSockets(): void {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
}

/** `from`: another address of this machine, as 127.0.0.2. */
export async function opened(port: number, from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  sockets.add(socket);
  socket.on('error', () => {}); // Cut off by the ingress: that is what it is for.
  await once(socket, 'connect');
  return socket;
}

/** All that comes until it is closed, in whatever way. */
export async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  if (!socket.closed) await once(socket, 'close');
  return text;
}

/** Statuses of the answers that have come. */
export const statusesOf = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
