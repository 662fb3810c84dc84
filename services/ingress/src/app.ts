/** Everything on the ingress port but the notifications themselves: probes of people, load balancers and Odigo. */
import { Hono } from 'hono';
import { hookPrefix } from './webhook.ts';

export interface AppEnvironment {
  /** What keeps the service from taking notifications; empty when it is ready. */
  readonly missing: () => Promise<readonly string[]>;
  /** A spool is configured and its disk cannot be used. */
  readonly withoutSpool?: boolean;
}

export function createApp({ missing, withoutSpool = false }: AppEnvironment): Hono {
  const app = new Hono();
  app.get('/livez', (context) => context.text('alive\n'));
  app.get('/readyz', async (context) => {
    const faults = await missing();
    return faults.length === 0
      ? context.text(withoutSpool ? 'ready, without the spool: its disk cannot be used\n' : 'ready\n')
      : context.text(`not ready: ${[...faults, ...(withoutSpool ? ['spool'] : [])].join(', ')}\n`, 503);
  });
  // The same for every token: whoever opens the address in a browser learns what it is for, and nothing else.
  app.on(['GET', 'HEAD'], `${hookPrefix}:token`, (context) =>
    context.text('This address takes notifications of Odigo: POST or PUT them here as JSON.\n'),
  );
  app.all(`${hookPrefix}:token`, (context) => {
    context.header('Allow', 'POST, PUT, GET, HEAD');
    return context.text('Send notifications with POST or PUT.\n', 405);
  });
  app.notFound((context) =>
    context.json(
      { type: 'about:blank', title: 'Not found', status: 404, detail: 'There is nothing at this address.' },
      404,
      {
        'content-type': 'application/problem+json',
      },
    ),
  );
  return app;
}
