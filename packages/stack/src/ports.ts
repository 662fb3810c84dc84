import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A TCP port on 127.0.0.1 that nothing listens on right now, below those that systems give to outgoing connections:
 * whoever is restarted on it would sooner or later find it taken by one of these.
 */
export async function freePort(): Promise<number> {
  for (let n = 0; n < 100; n += 1) {
    const port = await tryListen(randomInt(16_384, 32_768));
    if (port !== undefined) return port;
  }
  throw new Error('no free port on 127.0.0.1');
}

/** True when something already listens on that port of 127.0.0.1. */
export async function portTaken(port: number): Promise<boolean> {
  return (await tryListen(port)) === undefined;
}

function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

/** That port if it is free, any other one if not. */
export const portOr = async (port: number): Promise<number> => ((await portTaken(port)) ? freePort() : port);
