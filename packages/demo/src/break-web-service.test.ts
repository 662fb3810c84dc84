import { addressPolicy, parseNetwork } from '@adherence/odigo-web-service/allowed-address.ts';
import { httpBreakTypeSource } from '@adherence/odigo-web-service/http-break-type-source.ts';
import { expect, test } from 'vitest';
import { startBreakWebService } from './break-web-service.ts';
import type { Delivery } from './habits.ts';

const delivery = (externalUserId: string, status: string, breakType: string | null): Delivery => ({
  at: 0,
  integrationId: 'here',
  item: {
    kind: 'event',
    event: {
      integrationId: 'here',
      externalUserId,
      eventType: 'STATUS',
      status,
      breakType,
      occurredAt: 0,
      sequence: null,
    },
    eventId: null,
    timeless: false,
    spaced: false,
  } as unknown as Delivery['item'],
});

test('tells what the notifications leave out, on the port of the last time', async () => {
  const service = await startBreakWebService('here', null);
  service.note([
    delivery('anna', 'BREAK', null),
    delivery('ben', 'BREAK', 'lunch'),
    delivery('cleo', 'TALKING', null),
    { ...delivery('dan', 'BREAK', null), integrationId: 'elsewhere' },
  ]);
  const source = httpBreakTypeSource({
    ...service.access,
    allowed: addressPolicy([parseNetwork('127.0.0.1')!]),
    timeoutMs: 10_000,
    connections: 1,
  });
  const answers = ['anna', 'ben', 'cleo', 'dan'].map((externalUserId) =>
    source.lookUp({ externalUserId, status: 'BREAK' }),
  );
  expect(await Promise.all(answers)).toEqual([
    { kind: 'found', breakType: 'short' },
    { kind: 'found', breakType: 'lunch' },
    { kind: 'none' },
    { kind: 'unknown-agent' },
  ]);
  source.close();
  const second = await startBreakWebService('here', service.remembered);
  expect(second.remembered.port).not.toBe(service.remembered.port);
  await Promise.all([service.close(), second.close()]);
  const third = await startBreakWebService('here', service.remembered);
  expect(third.access).toEqual(service.access);
  await third.close();
});
