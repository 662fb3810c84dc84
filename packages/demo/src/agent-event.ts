import type { Instant } from '@adherence/domain/model.ts';

/** What a simulated platform has to tell about one of its users; how it is spelled is up to odigo-dialect.ts. */
export interface AgentEvent {
  readonly integrationId: string;
  readonly externalUserId: string;
  readonly eventType: 'STATUS' | 'LOGIN' | 'LOGOUT' | 'HEARTBEAT' | 'SNAPSHOT';
  readonly status: string | null;
  readonly breakType: string | null;
  /** A whole second, so that every spelling of a time says the same instant. */
  readonly occurredAt: Instant;
  /** Counts from 1 again with every shift; null where the platform does not count. */
  readonly sequence: number | null;
}
