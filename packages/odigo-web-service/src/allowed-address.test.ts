import { describe, expect, it } from 'vitest';
import { addressPolicy, isAllowedHost, parseNetwork, parseNetworks } from './allowed-address.ts';

describe('allowed addresses', () => {
  const publicOnly = addressPolicy([]);

  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::10.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'not an address',
    '',
  ])('refuses %j', (address) => {
    expect(publicOnly(address)).toBe(false);
  });

  it.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '2a00:1450:4001::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
    'allows %s',
    (address) => {
      expect(publicOnly(address)).toBe(true);
    },
  );

  it('allows what the operator names, and nothing beside it', () => {
    const policy = addressPolicy([
      parseNetwork('10.20.0.0/16')!,
      parseNetwork('fd00::/8')!,
      parseNetwork('127.0.0.1')!,
    ]);
    expect(['10.20.3.4', '::ffff:10.20.3.4', 'fd00::5', '127.0.0.1'].map(policy)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['10.21.0.1', 'fc00::5', '127.0.0.2'].map(policy)).toEqual([false, false, false]);
  });

  it.each(['', 'x', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', 'localhost', '10.0.0.0/-1'])(
    'reads no network in %j',
    (text) => {
      expect(parseNetwork(text)).toBeNull();
    },
  );

  it('reads a list of networks as a whole or not at all', () => {
    expect(parseNetworks(' 10.0.0.0/8, ::1 ')).toHaveLength(2);
    expect(parseNetworks('')).toEqual([]);
    expect(parseNetworks('10.0.0.0/8, nonsense')).toBeNull();
  });

  it('judges a host that is an address; a name is judged where it is resolved', () => {
    expect(
      ['[::1]', '127.0.0.1', 'odigo.example', '[2a00::1]'].map((host) => isAllowedHost(host, publicOnly)),
    ).toEqual([false, false, true, true]);
  });
});
