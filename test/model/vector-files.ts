/** The golden vectors: where they are, and how they are written. Nothing else under test/ knows it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Paths of all vector files, sorted; empty when the vectors are not there. */
export function vectorFiles(): string[] {
  const directory = directories().find(existsSync);
  if (directory === undefined) return [];
  return readdirSync(directory)
    .filter((name) => /\.json(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(directory, name));
}

export const vectorName = (path: string): string => basename(path).replace(/\.json(\.gz)?$/, '');

export function readVector(path: string): Vector {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
}

export interface Vector {
  readonly name: string;
  /** First and last shift date. */
  readonly dates: readonly [string, string];
  readonly first: VectorPhase;
  /** On top of `first`. */
  readonly later: VectorPhase;
}

export interface VectorPhase {
  readonly calls: readonly VectorCall[];
  readonly requests: readonly unknown[];
  readonly events: readonly VectorEvent[];
  readonly expect: VectorExpectation;
}

export interface VectorCall {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly text?: string;
  readonly contentType?: string;
}

export interface VectorEvent {
  readonly integrationId: string;
  readonly externalUserId: string;
  readonly occurredAt: string;
  readonly eventType: 'STATUS' | 'LOGIN' | 'LOGOUT' | 'HEARTBEAT';
  readonly status: string | null;
  readonly breakType: string | null;
  readonly sequence: number | null;
  readonly eventId: string | null;
}

export interface VectorExpectation {
  readonly asOf: string;
  readonly timelines: Readonly<Record<string, VectorTimeline>>;
  readonly adherence: readonly VectorAdherence[];
  readonly report: readonly VectorReportLine[];
}

export interface VectorTimeline {
  readonly from: string;
  readonly to: string;
  readonly segments: readonly VectorSegment[];
}

/** Fields of `actual` that are absent are not fixed. */
export interface VectorSegment {
  readonly from: string;
  readonly to: string;
  readonly scheduledActivityId: string | null;
  readonly actual: Readonly<Record<string, string | boolean | null>>;
  readonly state: string | null;
  readonly inBuffer: boolean;
  readonly countedAs: string | null;
}

export interface VectorAdherence {
  readonly query: {
    readonly from: string;
    readonly to: string;
    readonly granularity: '15m' | '30m' | '1h' | 'day' | 'week' | 'month' | 'total';
    readonly groupBy: 'person' | 'team' | 'planningUnit' | 'tenant';
    readonly planningUnitId: string;
  };
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Unrounded numbers. */
export interface VectorReportLine {
  readonly personId: string;
  readonly activityId: string;
  readonly scheduledMinutes: number;
  readonly actualMinutes: number;
  readonly inAdherenceMinutes: number;
  readonly outOfAdherenceMinutes: number;
  readonly adherencePercent: number | null;
  readonly outOfConformanceMinutes: number;
  readonly conformancePercent: number | null;
  readonly scheduledPercent: number | null;
  readonly actualPercent: number | null;
}

function directories(): string[] {
  const repository = join(import.meta.dirname, '../..');
  const named = process.env.VECTORS_DIR;
  return [
    ...(named === undefined ? [] : [named]),
    join(repository, 'test/vectors'),
    join(repository, '../shared/vectors'),
  ];
}
