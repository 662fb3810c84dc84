/**
 * A process of its own for the test of memory: an ingress on a memory broker that never answers a send, so that
 * everything accepted is held until its deadline. Prints its port.
 */
import { createMemoryBroker } from '@adherence/runtime/broker/memory-broker.ts';
import { topics } from '@adherence/schemas/topics.ts';
import { configureMemoryBroker, startIngress } from './ingress.testing.ts';

const memory = createMemoryBroker();
await memory.ensureTopics(Object.values(topics));
await configureMemoryBroker(memory);
const environment = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const { port } = await startIngress(memory, environment, { sendsWait: new Promise(() => {}) });
console.log(port);
