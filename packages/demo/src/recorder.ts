/** Writes down what one agent does as the events of the agent's logins. */
import type { Instant } from '@adherence/domain/model.ts';
import type { AgentEvent } from './agent-event.ts';
import type { Agent, Login } from './centre.ts';
import type { Random } from './random.ts';

const second = 1000;

export interface Recorder {
  isOn(): boolean;
  login(at: Instant): void;
  logout(at: Instant): void;
  /** A status of all logins, the second one following within seconds. */
  status(at: Instant, status: string, breakType: string | null): void;
  /** Calls over `[from, to)`: waiting, talking, wrap-up, each for one to four minutes or less. */
  calls(from: Instant, to: Instant): void;
  /** Chats over `[from, to)`, on the second login where there is one. */
  chats(from: Instant, to: Instant): void;
  /** Ascending by time. */
  events(): AgentEvent[];
}

export function recorderOf(agent: Agent, random: Random): Recorder {
  const recorded: AgentEvent[] = [];
  const last = new Map<Login, AgentEvent>();
  let on = false;

  const put = (
    login: Login,
    at: Instant,
    eventType: AgentEvent['eventType'],
    status: string | null = null,
    breakType: string | null = null,
  ) => {
    const before = last.get(login);
    const event: AgentEvent = {
      integrationId: login.integrationId,
      externalUserId: login.externalUserId,
      eventType,
      status,
      breakType,
      occurredAt: Math.max(Math.round(at / second) * second, (before?.occurredAt ?? 0) + second),
      sequence: (before?.sequence ?? 0) + 1,
    };
    last.set(login, event);
    recorded.push(event);
  };
  const everywhere = (
    at: Instant,
    eventType: AgentEvent['eventType'],
    status?: string,
    breakType?: string | null,
  ) => {
    for (const [index, login] of agent.logins.entries()) {
      put(
        login,
        at + (index === 0 ? 0 : random.whole(1, 4) * second),
        eventType,
        status ?? null,
        breakType ?? null,
      );
    }
  };
  const [main] = agent.logins;
  const chat = agent.logins[1] ?? main;

  return {
    isOn: () => on,
    login: (at) => {
      on = true;
      everywhere(at, 'LOGIN');
    },
    logout: (at) => {
      on = false;
      everywhere(at, 'LOGOUT');
    },
    status: (at, status, breakType) => everywhere(at, 'STATUS', status, breakType),
    calls: (from, to) => {
      if (chat !== main) put(chat, from, 'STATUS', 'CHAT_READY');
      for (let at = from + second; at < to; ) {
        for (const [status, mean, least, most] of callCycle(random)) {
          if (at < to) put(main, at, 'STATUS', status);
          at += random.spread(mean, least, most) * second;
        }
      }
    },
    chats: (from, to) => {
      if (chat !== main) put(main, from, 'STATUS', 'WAITING');
      for (let at = from + second; at < to; ) {
        put(chat, at, 'STATUS', 'CHAT_READY');
        at += random.spread(50, 10, 180) * second;
        if (at < to) put(chat, at, 'STATUS', 'CHATTING');
        at += random.spread(150, 40, 420) * second;
      }
    },
    events: () => recorded.sort((a, b) => a.occurredAt - b.occurredAt),
  };
}

type Phase = readonly [status: string, meanSeconds: number, leastSeconds: number, mostSeconds: number];

const waiting: Phase = ['WAITING', 60, 8, 240];
const talking: Phase = ['TALKING', 130, 25, 240];
const wrapUp: Phase = ['WRAP_UP', 40, 10, 120];
/** The status that nobody has mapped. */
const consultation: Phase = ['CONSULTATION', 60, 20, 180];

function callCycle(random: Random): readonly Phase[] {
  return random.chance(0.02) ? [waiting, talking, consultation, wrapUp] : [waiting, talking, wrapUp];
}
