/**
 * Which addresses a look-up may connect to. The addresses that a name resolves to are judged in the resolving that the
 * connection itself uses, so a name that resolves to something else a moment later gains nothing.
 */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { addressNotAllowedCode } from './break-fault.ts';

/** Answers whether an address (v4 or v6, without brackets) may be connected to. */
export type AddressPolicy = (address: string) => boolean;

/** Public addresses, and those within networks that the operator names (`10.1.0.0/16`, `fd00::/8`). */
export function addressPolicy(allowed: readonly Network[]): AddressPolicy {
  const extra = blockListOf(allowed);
  return (address) => {
    const plain = embeddedV4(address) ?? address;
    const family = isIP(plain);
    if (family === 0) return false;
    const type = family === 6 ? 'ipv6' : 'ipv4';
    if (extra.check(plain, type)) return true;
    return family === 6
      ? globalUnicast.check(plain, 'ipv6') && !special.check(plain, 'ipv6')
      : !special.check(plain, 'ipv4');
  };
}

export interface Network {
  readonly address: string;
  readonly prefix: number;
}

/** null when it is no network in CIDR notation, or an address. */
export function parseNetwork(text: string): Network | null {
  const [address = '', prefixText, ...rest] = text.trim().split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return null;
  const bits = family === 6 ? 128 : 32;
  if (prefixText === undefined) return { address, prefix: bits };
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > bits) return null;
  return { address, prefix: Number(prefixText) };
}

/** `10.1.0.0/16, fd00::/8`; null when one of them is none. */
export function parseNetworks(text: string): readonly Network[] | null {
  const networks = text
    .split(',')
    .filter((each) => each.trim() !== '')
    .map(parseNetwork);
  return networks.every((network) => network !== null) ? networks : null;
}

/** For a host that is an address itself, which no resolving would judge. */
export function isAllowedHost(hostname: string, policy: AddressPolicy): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  return isIP(address) === 0 || policy(address);
}

export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A `lookup` for sockets that fails with ADDRESS_NOT_ALLOWED unless every address of the name is allowed. */
export function guardedLookup(policy: AddressPolicy, resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => policy(address))) {
        return done(Object.assign(new Error('address not allowed'), { code: addressNotAllowedCode }), '', 0);
      }
      if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/** The IPv4 address inside an IPv4-mapped or NAT64 address: what is really connected to. */
function embeddedV4(address: string): string | null {
  if (isIP(address) !== 6) return null;
  // The URL parser writes every IPv6 address in one form.
  const text = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const found = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text);
  if (!found) return null;
  const high = Number.parseInt(found[1]!, 16);
  const low = Number.parseInt(found[2]!, 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function blockListOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix } of networks)
    list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

const networks = (...texts: string[]): Network[] => texts.map((text) => parseNetwork(text)!);

/** The registries of special-purpose addresses of IANA (RFC 6890 and later), and multicast. */
const special = blockListOf(
  networks(
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/4',
    '240.0.0.0/4',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    '3fff::/20',
  ),
);
const globalUnicast = blockListOf(networks('2000::/3'));
