/** Durable accepts beside a bare Node server with the same batching, in turns, in one run. */
import { fileURLToPath } from 'node:url';
import { streamPartitions } from '@adherence/schemas/topics.ts';
import { freePort } from '@adherence/stack/ports.ts';
import { configure, urlToken } from './centre.ts';
import type { HttpLoad, HttpLoadOptions, Target } from './http-load.ts';
import { type LocalStack, startStack } from './local-stack.ts';
import { askScript } from './processes.ts';
import type { Aim, Row, Section } from './report.ts';

const people = 1_000;
const turns = { warmUpSlices: 3, slices: 16, sliceMs: 500 };

export async function benchIngress(say: (line: string) => void): Promise<Section[]> {
  const stack = await startStack({ clickhouse: false, registry: 'stub' });
  try {
    const producer = await stack.broker.producer();
    await configure(producer, people);
    const [ingress, ceiling] = [await ingressOf(stack), await ceilingOf(stack)];
    const rows: Row[] = [];
    const aims: Aim[] = [];
    for (const itemsPerBody of [1, 20]) {
      for (const connections of [64, 256]) {
        const options = { ...turns, targets: [ceiling, ingress], connections, itemsPerBody, people };
        const [bare, ours] = (await measure(options)) as [HttpLoad, HttpLoad];
        const value = rateOf(ours) / rateOf(bare);
        rows.push(rowOf(`bare server, ${itemsPerBody} a body`, connections, bare, bare));
        rows.push(rowOf(`ingress, ${itemsPerBody} a body`, connections, ours, bare));
        const what = `share of the ceiling, ${connections} connections,`;
        if (itemsPerBody === 1) aims.push({ what, value, least: 0.7 });
        say(`${itemsPerBody} a body, ${connections} connections: ${value.toFixed(2)} of the ceiling`);
      }
    }
    const bySize: Row[] = [];
    for (const agents of [100, 1_000, 10_000]) {
      const targets = [ingress];
      const [load] = await measure({ ...turns, targets, connections: 64, itemsPerBody: 1, people: agents });
      bySize.push({ people: agents, 'accepts/s': rateOf(load!), 'CPU s/1k': cpuPer1k(load!, 0) });
    }
    const { slices, sliceMs } = turns;
    const note = `In turns, ${slices} slices of ${sliceMs} ms each. CPU seconds are per 1,000 requests.`;
    const title = 'Ingress: durable accepts (acks=all) beside a bare Node server';
    return [
      { title, rows, notes: [note], aims },
      { title: 'Ingress: cost by people', rows: bySize },
    ];
  } finally {
    await stack.stop();
  }
}

async function ingressOf(stack: LocalStack): Promise<Target> {
  // All of the load comes from one address, which is bounded by default.
  const unbounded = { TOKEN_EVENTS_PER_SECOND: '10000000', TOKEN_EVENTS_BURST: '100000000' };
  const { pid, url } = await stack.service('ingress', unbounded);
  const port = Number(new URL(url).port);
  return { pids: [pid, stack.kafka.pid], port, path: `/hooks/odigo/${urlToken}` };
}

async function ceilingOf(stack: LocalStack): Promise<Target> {
  const topic = 'bench.ceiling';
  await stack.topic(topic);
  const port = await freePort();
  const script = fileURLToPath(new URL('bare-ingress.ts', import.meta.url));
  const env = { PORT: String(port), TOPIC: topic, PARTITIONS: String(streamPartitions) };
  const { pid } = await stack.run('bare-ingress', script, env, `http://127.0.0.1:${port}/`);
  return { pids: [pid, stack.kafka.pid], port, path: '/' };
}

async function measure(options: HttpLoadOptions): Promise<HttpLoad[]> {
  const loads = await askScript<HttpLoad[]>('http-load.ts', options);
  for (const { accepted, refused } of loads) {
    if (refused > 0) throw new Error(`${refused} requests were refused, ${accepted} accepted`);
  }
  return loads;
}

const rateOf = ({ accepted, seconds }: HttpLoad): number => accepted / seconds;
const cpuPer1k = ({ accepted, cpuSeconds }: HttpLoad, i: number): number =>
  (cpuSeconds[i]! / accepted) * 1_000;

function rowOf(server: string, connections: number, load: HttpLoad, bare: HttpLoad): Row {
  return {
    server,
    connections,
    'accepts/s': rateOf(load),
    'p50 ms': load.p50Ms,
    'p99 ms': load.p99Ms,
    'p99.9 ms': load.p999Ms,
    'CPU s/1k': cpuPer1k(load, 0),
    'broker CPU s/1k': cpuPer1k(load, 1),
    'rate ratio': rateOf(load) / rateOf(bare),
    'CPU ratio': cpuPer1k(load, 0) / cpuPer1k(bare, 0),
  };
}
