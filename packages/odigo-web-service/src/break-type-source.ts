/**
 * Where break types come from: one question, one answer, never an exception. The protocol of Odigo's web service is
 * not public (odigo-notifications.md), so what is asked is all that is assumed here; http-break-type-source.ts is one
 * way to ask it, and another one for a customer's platform takes its place.
 */
import type { BreakFault } from './break-fault.ts';

export interface BreakTypeSource {
  /** Resolves within the time limit of the source. */
  lookUp(question: BreakQuestion): Promise<BreakAnswer>;
  /** Ends what is under way, which is answered as a failure. */
  close(): void;
}

export interface BreakQuestion {
  /** Odigo's key for the agent, as it stands in notifications. */
  readonly externalUserId: string;
  /** The status whose break type is wanted; null asks whatever the agent is doing. */
  readonly status: string | null;
}

export type BreakAnswer =
  /** The break type as notifications would spell it: NFC, trimmed; of `{id, label}` the id. */
  | { readonly kind: 'found'; readonly breakType: string }
  /** The agent is not in a break that has a type, or in another status: maybe not yet, maybe not any more. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown-agent' }
  | { readonly kind: 'failed'; readonly fault: BreakFault };
