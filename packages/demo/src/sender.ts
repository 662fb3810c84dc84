/** Posts deliveries to the notification URLs, as the simulated platforms do. */
import type { Centre, IntegrationSetup } from './centre.ts';
import type { Delivery } from './habits.ts';
import { bodiesOf, type Moment, type RequestBody } from './odigo-dialect.ts';
import { persistentFetch, type World } from './persistent-fetch.ts';
import { randomOf } from './random.ts';

export interface Sender {
  /** Resolves when everything is accepted. The platforms send side by side, each its own in order. */
  send(deliveries: readonly Delivery[], moment: Moment): Promise<void>;
  /** Items that were refused so far. */
  rejected(): number;
}

/** The URL tokens as they are now. */
export interface UrlTokens {
  of(integrationId: string): string;
  /** A new one in place of one that is refused. */
  renew(integrationId: string): Promise<void>;
}

export interface SenderOptions {
  readonly centre: Centre;
  readonly seed: string;
  readonly ingressUrl: string;
  readonly urlTokens: UrlTokens;
}

export function senderOf(world: World, { centre, seed, ingressUrl, urlTokens }: SenderOptions): Sender {
  let rejected = 0;

  const post = async (integration: IntegrationSetup, { method, contentType, body }: RequestBody) => {
    for (let refusals = 0; ; refusals++) {
      const answer = await persistentFetch(world, {
        name: 'The ingress',
        method,
        url: new URL(`/hooks/odigo/${urlTokens.of(integration.id)}`, ingressUrl).href,
        headers: contentType === null ? {} : { 'content-type': contentType },
        body,
      });
      if (answer.status === 404) {
        await bearRefusal(world, integration, urlTokens, refusals);
        continue;
      }
      if (answer.status === 200) rejected += (JSON.parse(answer.body) as { rejected: number }).rejected;
      else world.print(`The ingress answered ${answer.status} to ${integration.name}, which goes on without`);
      return;
    }
  };

  const sendOf = async (integration: IntegrationSetup, deliveries: readonly Delivery[], moment: Moment) => {
    if (deliveries.length === 0) return;
    const random = randomOf(seed, 'bodies', integration.id, deliveries[0]!.at);
    for (const body of bodiesOf(integration, deliveries, random, moment)) await post(integration, body);
  };

  return {
    async send(deliveries, moment) {
      const byIntegration = Map.groupBy(deliveries, ({ integrationId }) => integrationId);
      await Promise.all(centre.integrations.map((i) => sendOf(i, byIntegration.get(i.id) ?? [], moment)));
    },
    rejected: () => rejected,
  };
}

const patience = 10;

/** A new token needs a moment to get around; one that stays unknown was revoked, and is replaced once. */
async function bearRefusal(
  world: World,
  { id, name }: IntegrationSetup,
  urlTokens: UrlTokens,
  refusals: number,
): Promise<void> {
  if (refusals === 2 * patience) {
    throw new Error(
      `The ingress does not know the notification URL of ${name}: does INGRESS_URL belong to CONSOLE_URL?`,
    );
  }
  if (refusals === patience) {
    world.print(`The notification URL of ${name} was revoked: generating another one`);
    await urlTokens.renew(id);
  } else {
    await world.clock.sleep(500, world.signal);
  }
}
