/** Certificates of the servers that are reached by TLS, trusted or not; and of the authorities that we trust. */
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import type { Server } from '../explain-failure.ts';
import type { CertificateSeen } from './judge-certificates.ts';

export interface TlsAddress {
  readonly server: Server;
  readonly host: string;
  readonly port: number;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string;
}

const limitMs = 5_000;

/** Null when no TLS connection comes about: whoever needs the server finds out why. */
export function lookAtCertificate({ server, host, port, ca }: TlsAddress): Promise<CertificateSeen | null> {
  return new Promise((resolve) => {
    const isName = !/^[\d.]+$|:/.test(host);
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      timeout: limitMs,
      ...(isName ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    const end = (seen: CertificateSeen | null) => {
      socket.destroy();
      resolve(seen);
    };
    socket.once('secureConnect', () => {
      const { valid_to: validTo } = socket.getPeerCertificate();
      const fault = socket.authorized ? null : faultCode(socket.authorizationError);
      end({ server, at: `${host}:${port}`, validTo: Date.parse(validTo), fault });
    });
    socket.once('timeout', () => end(null));
    socket.once('error', () => end(null));
  });
}

/** Node types it as an Error and gives the code. */
const faultCode = (error: Error | string | null): string =>
  error instanceof Error ? ((error as { code?: string }).code ?? error.message) : String(error);

const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Of every certificate in the file. */
export const authoritiesIn = (file: string, text: string): CertificateSeen[] =>
  [...text.matchAll(pem)].map(([certificate]) => ({
    server: 'Kafka',
    at: file,
    validTo: Date.parse(new X509Certificate(certificate).validTo),
    fault: null,
  }));

/** What TLS connects to, for an address with https; null for http. */
export function tlsAddressOf(server: Server, address: string): TlsAddress | null {
  const { protocol, hostname, port } = new URL(address);
  if (protocol !== 'https:') return null;
  return { server, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
}
