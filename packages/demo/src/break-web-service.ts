/**
 * The break web service of one of the simulated platforms: it knows the type of breaks that the notifications do not
 * name. It listens on the loopback interface and ends with the demo.
 */
import { randomBytes } from 'node:crypto';
import {
  type FakeOdigoWebService,
  startFakeOdigoWebService,
} from '@adherence/odigo-web-service/fake-odigo-web-service.ts';
import type { Delivery } from './habits.ts';

export interface BreakWebService {
  /** As an administrator enters it. */
  readonly access: { readonly url: string; readonly username: string; readonly password: string };
  /** To be remembered, so that the next start has the same address and password. */
  readonly remembered: RememberedBreakService;
  /** The agents of these deliveries are doing now what they say. */
  note(deliveries: readonly Delivery[]): void;
  close(): Promise<void>;
}

export interface RememberedBreakService {
  readonly port: number;
  readonly password: string;
}

const username = 'adherence';

/** On the port of the last time, or any if that is taken by now. */
export async function startBreakWebService(
  integrationId: string,
  last: RememberedBreakService | null,
): Promise<BreakWebService> {
  const password = last?.password ?? randomBytes(18).toString('base64url');
  const fake = await listen({ username, password }, last?.port ?? 0);
  return {
    access: { url: fake.url, username, password },
    remembered: { port: Number(new URL(fake.url).port), password },
    note(deliveries) {
      for (const { item, integrationId: of } of deliveries) {
        if (item.kind !== 'event' || of !== integrationId) continue;
        const { externalUserId, status, breakType } = item.event;
        if (status === null) continue;
        // What nobody names is a short break: the others are always named (behaviour.ts).
        const told = breakType ?? (status === 'BREAK' ? 'short' : null);
        fake.agents.set(externalUserId, { status, breakType: told });
      }
    },
    close: fake.close,
  };
}

async function listen(
  credentials: { readonly username: string; readonly password: string },
  port: number,
): Promise<FakeOdigoWebService> {
  try {
    return await startFakeOdigoWebService(credentials, port);
  } catch (error) {
    if (port === 0 || (error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    return startFakeOdigoWebService(credentials, 0);
  }
}
