/** Waiting on the product's own word: GET /pipeline with nothing pending, twice in a row. */
import type { Tenant } from './tenant.ts';

export interface Pipeline {
  readonly accepted: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly pending: number;
  readonly recomputationsPending: number;
  readonly gaps: number;
  readonly duplicates: number;
}

const everyMs = 300;

/** Throws with the last status once `limitMs` has passed. */
export async function settled({ tenantId, client }: Tenant, limitMs: number): Promise<Pipeline> {
  const deadline = performance.now() + limitMs;
  let quiet = 0;
  for (;;) {
    const status = await client.read<Pipeline>('/pipeline');
    quiet = status.pending === 0 && status.recomputationsPending === 0 ? quiet + 1 : 0;
    if (quiet === 2) return status;
    if (performance.now() > deadline) {
      throw new Error(`${tenantId} did not settle in ${limitMs / 1000} s: ${JSON.stringify(status)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
