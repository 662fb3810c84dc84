/** TLS certificates: how long they hold and whether they are trusted. Pure. */
import { explainFailure, type Server } from '../explain-failure.ts';
import { doubtful, type Finding, spoken, wrong } from './finding.ts';

export interface CertificateSeen {
  readonly server: Server;
  /** `host:port`, or the file of an authority. */
  readonly at: string;
  /** Epoch milliseconds. */
  readonly validTo: number;
  /** Code of Node's TLS for why it is not trusted; null: it is. */
  readonly fault: string | null;
}

const soonMs = 21 * 86_400_000;

export function judgeCertificates(certificates: readonly CertificateSeen[], now: number): Finding[] {
  return certificates.flatMap(({ server, at, validTo, fault }) => {
    if (fault !== null) {
      const { problem, remedy } = explainFailure(server, Object.assign(new Error(fault), { code: fault }));
      return [wrong('certificates', `${problem} (${at})`, remedy)];
    }
    const left = validTo - now;
    if (left > soonMs) return [];
    const which = `the certificate of ${server} (${at})`;
    const remedy = 'Renew it, and see why it was not renewed by itself.';
    return [
      left > 0
        ? doubtful('certificates', `${which} expires in ${spoken(left)}`, remedy)
        : wrong('certificates', `${which} has expired`, remedy),
    ];
  });
}
