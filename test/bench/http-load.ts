/**
 * The sender of the ingress benchmark, a process of its own: keep-alive connections that each post the next
 * notification once the last one is answered. Bare sockets, so that it leaves the cores to what is measured.
 */
import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { notification } from './centre.ts';

export interface HttpLoadOptions {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly itemsPerBody: number;
  readonly people: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface HttpLoad {
  /** Requests answered 200 within `seconds`, and all others. */
  readonly accepted: number;
  readonly refused: number;
  /** 200s from the first request on, for the CPU of a process over the same time. */
  readonly acceptedInAll: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

let nextBody = 0;

async function load(options: HttpLoadOptions): Promise<HttpLoad> {
  const { warmUpMs, measureMs, connections } = options;
  const latencies = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  const bodies = bodiesOf(options);
  const counts = { accepted: 0, refused: 0, acceptedInAll: 0 };
  let phase: 'warm-up' | 'measuring' | 'ending' = 'warm-up';
  const answered = (ok: boolean, tookMs: number) => {
    if (ok) counts.acceptedInAll += 1;
    if (phase !== 'measuring') return;
    if (ok) counts.accepted += 1;
    else counts.refused += 1;
    latencies.record(Math.max(1, Math.round(tookMs * 1000)));
  };
  const isOver = () => phase === 'ending';
  const sessions = Array.from({ length: connections }, () => converse(options, bodies, answered, isOver));
  await wait(warmUpMs);
  phase = 'measuring';
  const startedAt = performance.now();
  await wait(measureMs);
  phase = 'ending';
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.all(sessions);
  const ms = (percent: number) => latencies.percentile(percent) / 1000;
  return { ...counts, seconds, p50Ms: ms(50), p99Ms: ms(99), p999Ms: ms(99.9) };
}

/** Whole requests, made beforehand; each is sent many times, which the ingress does not look at. */
function bodiesOf({ path, itemsPerBody, people }: HttpLoadOptions): Buffer[] {
  const at = Date.now();
  return Array.from({ length: 2_000 }, (_, i) => {
    const items = Array.from({ length: itemsPerBody }, (_, j) => {
      const n = (i * itemsPerBody + j) % people;
      return notification(n, i, at, `${i}-${j}`);
    });
    const body = itemsPerBody === 1 ? items[0]! : `[${items.join(',')}]`;
    const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`;
    return Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
}

function converse(
  { port }: HttpLoadOptions,
  bodies: readonly Buffer[],
  answered: (ok: boolean, tookMs: number) => void,
  isOver: () => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let sentAt = 0;
    let text = '';
    const send = () => {
      if (isOver()) {
        socket.destroy();
        resolve();
        return;
      }
      sentAt = performance.now();
      nextBody = (nextBody + 1) % bodies.length;
      socket.write(bodies[nextBody]!);
    };
    socket.setEncoding('latin1');
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk: string) => {
      text = text === '' ? chunk : text + chunk;
      if (!isWhole(text)) return;
      answered(text.startsWith('200', 9), performance.now() - sentAt);
      text = '';
      send();
    });
  });
}

function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return false;
  const length = /content-length: *(\d+)/i.exec(text);
  return text.length >= head + 4 + Number(length?.[1] ?? 0);
}

function wait(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

const options = JSON.parse(process.argv[2]!) as HttpLoadOptions;
process.stdout.write(JSON.stringify(await load(options)));
