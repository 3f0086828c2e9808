import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/wire/address.ts';
import { isUnreal, netgroupOf, siteOf } from '../../../src/wire/netgroup.ts';

function group(text: string): string {
  return netgroupOf(parseAddress(text)!);
}

function site(text: string): string {
  return siteOf(parseAddress(text)!);
}

describe('the netgroup of an address', () => {
  it('is the /16 of IPv4, whatever the port and the spelling', () => {
    expect(group('93.184.216.34:6001')).toBe('93.184');
    expect(group('93.184.1.2:7')).toBe(group('[::ffff:93.184.216.34]:6001'));
    expect(group('93.185.216.34:6001')).not.toBe(group('93.184.216.34:6001'));
  });

  it('is the /32 of IPv6', () => {
    expect(group('[2a02:8100:1::1]:6001')).toBe(group('[2a02:8100:ffff::2]:6001'));
    expect(group('[2a02:8100:1::1]:6001')).not.toBe(group('[2a02:8101:1::1]:6001'));
  });

  it('is that of the IPv4 address for 6to4', () => {
    expect(group('[2002:5db8:d822::1]:6001')).toBe(group('93.184.216.34:6001'));
  });

  it('is another one for every address on loopback', () => {
    expect(group('127.0.0.1:6001')).not.toBe(group('127.0.0.1:6002'));
    expect(group('[::1]:6001')).not.toBe(group('[::1]:6002'));
  });
});

describe('the site of an address', () => {
  it('is the IPv4 address without its port, and the /64 of IPv6', () => {
    expect(site('93.184.216.34:6001')).toBe(site('93.184.216.34:6002'));
    expect(site('93.184.216.34:6001')).not.toBe(site('93.184.216.35:6001'));
    expect(site('[2a02:8100:1:2::1]:6001')).toBe(site('[2a02:8100:1:2:3::9]:6001'));
    expect(site('[2a02:8100:1:2::1]:6001')).not.toBe(site('[2a02:8100:1:3::1]:6001'));
  });

  it('is the address with its port on loopback', () => {
    expect(site('127.0.0.1:6001')).not.toBe(site('127.0.0.1:6002'));
  });
});

describe('an address that nobody can have', () => {
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '192.0.0.9',
    '192.0.2.1',
    '198.51.100.7',
    '203.0.113.255',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '100::1',
    '2001:db8::1',
    '2001:db8:ffff::1',
    '2001:1f:ffff::1',
    '2001:2f::1',
    '3fff:fff::1',
    'ff02::1',
    '::ffff:192.0.2.1',
    'host.example',
  ])('is %s', (host) => {
    expect(isUnreal(host)).toBe(true);
  });

  it.each([
    '1.0.0.1',
    '10.0.0.1',
    '192.0.1.1',
    '192.0.3.1',
    '198.51.101.1',
    '198.18.0.1',
    '223.255.255.255',
    '::1',
    '2001:db9::1',
    '2001:30::1',
    '3ffe::1',
    '2a02:8100::1',
    'fe80::1',
    'fd00::1',
  ])('is not %s', (host) => {
    expect(isUnreal(host)).toBe(false);
  });
});
