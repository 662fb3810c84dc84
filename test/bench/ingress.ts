/** Durable accepts beside a bare Node server with the same batching, in turn, in one run. */
import { fileURLToPath } from 'node:url';
import { streamPartitions } from '@adherence/schemas/topics.ts';
import { freePort } from '@adherence/stack/ports.ts';
import { configure, urlToken } from './centre.ts';
import type { HttpLoad, HttpLoadOptions } from './http-load.ts';
import { type LocalStack, startStack } from './local-stack.ts';
import { askScript, cpuSeconds } from './processes.ts';
import type { Row, Section } from './report.ts';

const rounds = 3;
const people = 1_000;
const connections = [64, 256];
const itemsPerBody = [1, 20];
const warmUpMs = 1_200;
const measureMs = 3_500;

interface Contender {
  readonly pid: number;
  readonly port: number;
  readonly path: string;
}

interface Measured extends HttpLoad {
  /** CPU seconds of the server and of the broker per 1,000 accepted requests. */
  readonly serverCpu: number;
  readonly brokerCpu: number;
}

export async function benchIngress(say: (line: string) => void): Promise<Section[]> {
  const stack = await startStack({ clickhouse: false, registry: 'stub' });
  try {
    const producer = await stack.broker.producer();
    await configure(producer, people);
    const [ingress, ceiling] = [await ingressOf(stack), await ceilingOf(stack)];
    const rows: Row[] = [];
    const ratios: number[] = [];
    for (const items of itemsPerBody) {
      for (const open of connections) {
        const [ours, bare]: [Measured[], Measured[]] = [[], []];
        for (let round = 0; round < rounds; round++) {
          bare.push(await measure(stack, ceiling, open, items, people));
          ours.push(await measure(stack, ingress, open, items, people));
        }
        const [best, ceilingBest] = [fastest(ours), fastest(bare)];
        const ratio = rateOf(best) / rateOf(ceilingBest);
        ratios.push(ratio);
        rows.push(rowOf(`bare server, ${items} a body`, open, ceilingBest, 1, 1));
        rows.push(
          rowOf(`ingress, ${items} a body`, open, best, ratio, best.serverCpu / ceilingBest.serverCpu),
        );
        say(`${items} a body, ${open} connections: ${ratio.toFixed(2)} of the ceiling`);
      }
    }
    const bySize: Row[] = [];
    for (const agents of [100, 1_000, 10_000]) {
      const measured = await measure(stack, ingress, 64, 1, agents);
      bySize.push({ people: agents, 'accepts/s': rateOf(measured), 'CPU s/1k': measured.serverCpu });
    }
    return [
      {
        title: 'Ingress: durable accepts (acks=all) beside a bare Node server',
        rows,
        notes: [
          `In turns, ${rounds} each; the fastest of each is shown. CPU seconds are per 1,000 requests.`,
        ],
        aims: [
          { what: 'single events, 64 connections, share of the ceiling', value: ratios[0]!, least: 0.7 },
          { what: 'single events, 256 connections, share of the ceiling', value: ratios[1]!, least: 0.7 },
        ],
      },
      { title: 'Ingress: cost by people', rows: bySize },
    ];
  } finally {
    await stack.stop();
  }
}

async function ingressOf(stack: LocalStack): Promise<Contender> {
  const { pid, url } = await stack.service('ingress');
  return { pid, port: Number(new URL(url).port), path: `/hooks/odigo/${urlToken}` };
}

async function ceilingOf(stack: LocalStack): Promise<Contender> {
  const topic = 'bench.ceiling';
  await stack.topic(topic);
  const port = await freePort();
  const script = fileURLToPath(new URL('bare-ingress.ts', import.meta.url));
  const env = { PORT: String(port), TOPIC: topic, PARTITIONS: String(streamPartitions) };
  const { pid } = await stack.run('bare-ingress', script, env, `http://127.0.0.1:${port}/`);
  return { pid, port, path: '/' };
}

async function measure(
  { kafka }: LocalStack,
  { pid, port, path }: Contender,
  open: number,
  items: number,
  agents: number,
): Promise<Measured> {
  const before = [cpuSeconds(pid), cpuSeconds(kafka.pid)] as const;
  const options: HttpLoadOptions = {
    port,
    path,
    connections: open,
    itemsPerBody: items,
    people: agents,
    warmUpMs,
    measureMs,
  };
  const load = await askScript<HttpLoad>('http-load.ts', options);
  if (load.refused > 0) throw new Error(`${load.refused} requests of ${load.accepted} were refused`);
  const per1k = 1_000 / load.acceptedInAll;
  return {
    ...load,
    serverCpu: (cpuSeconds(pid) - before[0]) * per1k,
    brokerCpu: (cpuSeconds(kafka.pid) - before[1]) * per1k,
  };
}

const rateOf = ({ accepted, seconds }: HttpLoad): number => accepted / seconds;

/** What else runs on the machine only ever makes a turn slower. */
const fastest = (turns: readonly Measured[]): Measured =>
  turns.reduce((best, turn) => (rateOf(turn) > rateOf(best) ? turn : best));

function rowOf(name: string, open: number, turn: Measured, ratio: number, cpuRatio: number): Row {
  return {
    server: name,
    connections: open,
    'accepts/s': rateOf(turn),
    'p50 ms': turn.p50Ms,
    'p99 ms': turn.p99Ms,
    'p99.9 ms': turn.p999Ms,
    'CPU s/1k': turn.serverCpu,
    'broker CPU s/1k': turn.brokerCpu,
    'rate ratio': ratio,
    'CPU ratio': cpuRatio,
  };
}
