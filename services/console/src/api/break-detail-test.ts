import {
  breakDetailUrlSchema,
  externalUserIdSchema,
  type Integration,
  idSchema,
} from '@adherence/domain/configuration/entities.ts';
import { breakDetailContext, openSecretWithAny } from '@adherence/domain/configuration/secret.ts';
import { addressPolicy } from '@adherence/odigo-web-service/allowed-address.ts';
import { breakFault, faultSentence } from '@adherence/odigo-web-service/break-fault.ts';
import type { BreakAnswer } from '@adherence/odigo-web-service/break-type-source.ts';
import { httpBreakTypeSource } from '@adherence/odigo-web-service/http-break-type-source.ts';
import { z } from 'zod';
import { secretsKeysOf } from '../config.ts';
import type { Environment } from '../environment.ts';
import { HttpProblem, invalid, notFound } from '../http/problem.ts';
import { json, type Route, route } from '../http/route.ts';

const access = z.strictObject({
  url: breakDetailUrlSchema,
  username: z.string().trim().min(1).max(200),
  password: z.string().min(1).max(500),
});
type Access = z.output<typeof access>;

/** An agent to ask about, best one who is in a break; without it only the way and the password are tested. */
const externalUserId = externalUserIdSchema.optional();

const testView = z.object({
  ok: z.boolean(),
  /** What was found, in sentences. */
  message: z.string(),
  /** What is wrong, for programs; null when it is well. */
  fault: z.string().nullable(),
  breakType: z.string().nullable(),
  tookMs: z.int(),
});

const tag = 'integrations';
const answers = {
  200: { description: 'Tested; `message` says what is wrong, if anything', schema: testView },
};

/** Test connection: asks the break web service once, from here, within a few seconds. */
export function breakDetailTestRoutes(env: Environment): Route[] {
  const testing = new Set<string>();

  async function test(tenantId: string, given: Access | null, agent: string | undefined): Promise<Response> {
    if (testing.has(tenantId)) {
      throw new HttpProblem(429, 'A test is under way; wait for its answer.', [], { 'retry-after': '5' });
    }
    testing.add(tenantId);
    const startedAt = env.clock.now();
    try {
      const answer = given ? await askOnce(env, given, agent) : noPassword;
      return json(200, { ...viewOf(answer, agent), tookMs: env.clock.now() - startedAt });
    } finally {
      testing.delete(tenantId);
    }
  }

  return [
    route({
      method: 'post',
      path: '/break-detail/test',
      tag,
      summary: 'Test the connection to a break web service before it is saved',
      access: [],
      body: z.strictObject({ breakDetail: access, externalUserId }),
      answers,
      handle: ({ tenant, body }) => test(tenant.tenantId, body.breakDetail, body.externalUserId),
    }),
    route({
      method: 'post',
      path: '/integrations/{id}/break-detail/test',
      tag,
      summary: 'Test the connection to the break web service of an integration, as it is stored or as given',
      access: [],
      params: z.strictObject({ id: idSchema }),
      body: z.strictObject({ breakDetail: access.partial({ password: true }).optional(), externalUserId }),
      answers,
      handle: ({ tenant, params: { id }, body }) => {
        const integration = tenant.integrations.get(id)?.document;
        if (!integration) throw notFound();
        const given = accessOf(
          env,
          body.breakDetail ?? integration.breakDetail,
          integration,
          tenant.tenantId,
          id,
        );
        return test(tenant.tenantId, given, body.externalUserId);
      },
    }),
  ];
}

/** A question takes at most this long. */
const limitMs = 5_000;
/** Nobody's id: a web service that does not know it has let us in. */
const nobody = 'adherence-connection-test';

const noPassword: BreakAnswer = { kind: 'failed', fault: breakFault('secrets-key') };

async function askOnce(
  { config }: Environment,
  given: Access,
  agent: string | undefined,
): Promise<BreakAnswer> {
  const allowed = addressPolicy(config.breakDetailNetworks);
  const source = httpBreakTypeSource({ ...given, allowed, timeoutMs: limitMs, connections: 1 });
  try {
    return await source.lookUp({ externalUserId: agent ?? nobody, status: null });
  } finally {
    source.close();
  }
}

/** With the stored password where none is given, which goes to its own address only; null when no key opens it. */
function accessOf(
  { config }: Environment,
  given: { readonly url: string; readonly username: string; readonly password?: string | undefined } | null,
  { breakDetail: stored }: Integration,
  tenantId: string,
  id: string,
): Access | null {
  if (!given) throw invalid({ path: 'breakDetail', message: 'is not stored yet: give it here' });
  const { url, username, password } = given;
  if (password !== undefined) return { url, username, password };
  if (stored?.url !== url)
    throw invalid({ path: 'breakDetail.password', message: 'is needed for a new address' });
  const opened = openSecretWithAny(
    stored.passwordCiphertext,
    secretsKeysOf(config),
    breakDetailContext(tenantId, id),
  );
  return opened === null ? null : { url, username, password: opened };
}

function viewOf(answer: BreakAnswer, agent: string | undefined): Omit<z.output<typeof testView>, 'tookMs'> {
  const well = (message: string, breakType: string | null = null) => ({
    ok: true,
    message,
    fault: null,
    breakType,
  });
  switch (answer.kind) {
    case 'failed':
      return { ok: false, message: faultSentence(answer.fault), fault: answer.fault.kind, breakType: null };
    case 'found':
      return well(
        `The web service answers. This agent is in a break of type "${answer.breakType}".`,
        answer.breakType,
      );
    case 'none':
      return well('The web service answers. This agent is in no break that has a type.');
    case 'unknown-agent':
      return agent === undefined
        ? well('The web service answers, and accepts the user name and the password.')
        : {
            ok: false,
            message:
              'The web service answers, and does not know this agent. Check the spelling of the login.',
            fault: 'unknown-agent',
            breakType: null,
          };
  }
}
