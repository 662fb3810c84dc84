/** How many messages are held, and how many notifications of which tenant. */
import type { OutMessage } from '@adherence/runtime/broker/broker.ts';
import { topics } from '@adherence/schemas/topics.ts';

export interface Tally {
  add(messages: readonly OutMessage[]): void;
  remove(messages: readonly OutMessage[]): void;
  clear(): void;
  messages(): number;
  /** By tenant; without those that have none. */
  notifications(): Readonly<Record<string, number>>;
}

export function createTally(): Tally {
  const byTenant = new Map<string, number>();
  let count = 0;
  const change = (messages: readonly OutMessage[], by: 1 | -1) => {
    count += by * messages.length;
    for (const { topic, key } of messages) {
      if (topic !== topics.notifications.name || key === null) continue;
      const tenant = key.slice(0, key.indexOf('|'));
      const left = (byTenant.get(tenant) ?? 0) + by;
      if (left === 0) byTenant.delete(tenant);
      else byTenant.set(tenant, left);
    }
  };
  return {
    add: (messages) => change(messages, 1),
    remove: (messages) => change(messages, -1),
    clear() {
      byTenant.clear();
      count = 0;
    },
    messages: () => count,
    notifications: () => Object.fromEntries(byTenant),
  };
}
