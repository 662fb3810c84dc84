/**
 * A route as data: what it takes, who may call it, what it answers. The same value validates requests (mount.ts) and
 * describes them (openapi.ts).
 */
import type { Role } from '@adherence/domain/configuration/entities.ts';
import type { KnownToken, TenantTables } from '@adherence/domain/configuration/tables.ts';
import type { Instant } from '@adherence/domain/model.ts';
import type { z } from 'zod';

/** `admin` is allowed whatever a tenant's roles are; `public` needs no token; `session` any token at all. */
export type Access = 'public' | 'operator' | 'session' | readonly Exclude<Role, 'admin'>[];

export type Principal = { readonly kind: 'operator' } | ({ readonly kind: 'tenant' } & KnownToken);

export interface AnswerDescription {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Media type, `application/json` unless given. */
  readonly type?: string;
}

export interface RouteRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: Headers;
  /** Address, or network, that the request comes from. */
  readonly client: string;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly url: URL;
  readonly now: Instant;
  readonly principal: Principal | null;
  /** Tables of the caller's tenant; only to be read on routes for tenants. */
  readonly tenant: TenantTables;
  /** Bytes of the body, for routes with `rawBody`. */
  readonly bytes: () => Promise<Buffer>;
}

export interface Route<P = unknown, Q = unknown, B = unknown> {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** Under `/api/v1`, parameters as `{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly access: Access;
  /**
   * What a token that is limited to teams may do with it. `narrowed`: the handler reads people through `tenant` alone,
   * which holds those of its teams only. `open`: it tells nothing of people and changes nothing. Absent: refused.
   */
  readonly teams?: 'narrowed' | 'open';
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** Media types of a body that the handler reads itself. */
  readonly rawBody?: readonly string[];
  readonly bodyLimitBytes?: number;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  readonly handle: (request: RouteRequest<P, Q, B>) => Response | Promise<Response>;
}

/** Ties the types of a route's parts together, and forgets them. */
export function route<P = Record<never, never>, Q = Record<never, never>, B = undefined>(
  definition: Route<P, Q, B>,
): Route {
  return definition as unknown as Route;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

export const noContent = (headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 204, headers });
