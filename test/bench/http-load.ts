/**
 * The sender of the ingress benchmark, a process of its own: keep-alive connections that each post the next
 * notification once the last one is answered. Servers take turns in short slices, so that whatever else runs on the
 * machine falls on all of them alike. Bare sockets, so that it leaves the cores to what is measured.
 */
import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { notification } from './centre.ts';
import { cpuSeconds } from './processes.ts';

export interface HttpLoadOptions {
  readonly targets: readonly Target[];
  /** Keep-alive connections to each target, of which one target's are busy at a time. */
  readonly connections: number;
  readonly itemsPerBody: number;
  readonly people: number;
  readonly warmUpSlices: number;
  readonly slices: number;
  readonly sliceMs: number;
}

export interface Target {
  readonly port: number;
  readonly path: string;
  /** Processes whose CPU time is read. */
  readonly pids: readonly number[];
}

/** Of one target, over all its slices. */
export interface HttpLoad {
  /** Requests answered 200, and all others. */
  readonly accepted: number;
  readonly refused: number;
  readonly seconds: number;
  /** In the order of the target's processes. */
  readonly cpuSeconds: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

async function load(options: HttpLoadOptions): Promise<HttpLoad[]> {
  const contenders = await Promise.all(options.targets.map((target) => open(target, options)));
  for (let slice = 0; slice < options.warmUpSlices + options.slices; slice++) {
    for (const contender of contenders) await contender.run(options.sliceMs, slice >= options.warmUpSlices);
  }
  return contenders.map(({ result }) => result());
}

async function open({ port, path, pids }: Target, options: HttpLoadOptions) {
  const bodies = bodiesOf(path, options);
  const latencies = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  const connections = await Promise.all(Array.from({ length: options.connections }, () => connection(port)));
  const cpu = pids.map(() => 0);
  let [accepted, refused, seconds, next] = [0, 0, 0, 0];

  /** One connection's turn: request after request until the slice is over; the last one is waited for. */
  const converse = async (post: Post, until: number, measured: boolean) => {
    for (let now = performance.now(); now < until; ) {
      next = (next + 1) % bodies.length;
      const ok = await post(bodies[next]!);
      const answeredAt = performance.now();
      if (measured) {
        if (ok) accepted += 1;
        else refused += 1;
        latencies.record(Math.max(1, Math.round((answeredAt - now) * 1000)));
      }
      now = answeredAt;
    }
  };

  return {
    async run(sliceMs: number, measured: boolean) {
      const before = pids.map(cpuSeconds);
      const startedAt = performance.now();
      await Promise.all(connections.map((post) => converse(post, startedAt + sliceMs, measured)));
      if (!measured) return;
      seconds += (performance.now() - startedAt) / 1000;
      pids.forEach((pid, i) => {
        cpu[i]! += cpuSeconds(pid) - before[i]!;
      });
    },
    result(): HttpLoad {
      const ms = (percent: number) => latencies.percentile(percent) / 1000;
      const percentiles = { p50Ms: ms(50), p99Ms: ms(99), p999Ms: ms(99.9) };
      return { accepted, refused, seconds, cpuSeconds: cpu, ...percentiles };
    },
  };
}

/** Whole requests, made beforehand; each is sent many times, which the ingress does not look at. */
function bodiesOf(path: string, { itemsPerBody, people }: HttpLoadOptions): Buffer[] {
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

/** Sends a whole request; true when it is answered 200. */
type Post = (request: Buffer) => Promise<boolean>;

function connection(port: number): Promise<Post> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    let answered: (ok: boolean) => void = () => {};
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => answered(false));
    socket.on('data', (chunk: string) => {
      text = text === '' ? chunk : text + chunk;
      if (!isWhole(text)) return;
      const ok = text.startsWith('200', 9);
      text = '';
      answered(ok);
    });
    socket.on('connect', () =>
      resolve(
        (request) =>
          new Promise((settle) => {
            answered = settle;
            socket.write(request);
          }),
      ),
    );
  });
}

function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return false;
  const length = /content-length: *(\d+)/i.exec(text);
  return text.length >= head + 4 + Number(length?.[1] ?? 0);
}

const options = JSON.parse(process.argv[2]!) as HttpLoadOptions;
const results = await load(options);
process.stdout.write(JSON.stringify(results), () => process.exit(0));
