import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressEquals,
  canonicalHost,
  compareAddresses,
  formatAddress,
  isWildcard,
  parseAddress,
  parseIp,
  parsePort,
  scopeOf,
  type Address,
  type Scope,
} from '../../../src/wire/address.ts';

describe('the canonical text of a host', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    // The examples of RFC 5952.
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8:AAAA:bbbb:CcCc:dddd:eeee:000F', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:f'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1::', '1::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['fe80::0', 'fe80::'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['::1.2.3.4', '::102:304'],
  ])('of %s is %s', (text, canonical) => {
    expect(canonicalHost(text)).toBe(canonical);
  });

  it.each([
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::FFFF:10.1.2.3', '10.1.2.3'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:7f00:0001', '127.0.0.1'],
    ['::ffff:0:0', '0.0.0.0'],
  ])('of the IPv4-mapped %s is %s', (text, canonical) => {
    expect(canonicalHost(text)).toBe(canonical);
  });

  it('is the same for every spelling of an IPv6 address, and what a URL parser makes of it', () => {
    const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        fc.pre(!isMapped(groups));
        const long = groups.map((value) => value.toString(16).padStart(4, '0')).join(':');
        const short = new URL(`http://[${long}]/`).hostname.slice(1, -1);
        expect([canonicalHost(long), canonicalHost(short.toUpperCase())]).toEqual([short, short]);
      }),
    );
  });
});

describe('what is no address', () => {
  it.each([
    '',
    ' ',
    'localhost',
    'example.org',
    'xn--bcher-kva.example',
    'bücher.example',
    '127.0.0.1 ',
    ' 127.0.0.1',
    '127.0.0.1\0',
    '127.0.0.1\n',
    // Four decimal numbers without leading zeros; other readers take these for something else.
    '127.0.0.01',
    '0127.0.0.1',
    '00.0.0.0',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '1..2.3',
    '256.0.0.1',
    '1.2.3.999',
    '0x7f.0.0.1',
    '2130706433',
    '+1.2.3.4',
    '-1.2.3.4',
    '1e1.2.3.4',
    '١.٢.٣.٤',
    // IPv6: zones, brackets, too many or too few groups, more than one gap.
    'fe80::1%eth0',
    'fe80::1%25eth0',
    '[::1]',
    ':',
    ':::',
    '::1::',
    '1::2::3',
    ':1',
    '1:',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '12345::',
    'g::',
    '::-1',
    '::1 ',
    // IPv4 may stand for the last 32 bits only.
    '1.2.3.4::',
    '1.2.3.4::1',
    '1:1.2.3.4::1',
    '::1.2.3.4:5',
    '1.2.3.4:1:2:3:4:5:6',
    '::1.2.3',
    '::1.2.3.04',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::ffff:127.0.0.256',
  ])('%j', (text) => {
    expect(canonicalHost(text)).toBeUndefined();
  });

  it('is decided as the standard library decides it, for whatever is nearly an address', () => {
    const seeds = fc.constantFrom(
      '::1',
      '1:2:3:4:5:6:7:8',
      '::ffff:1.2.3.4',
      '10.20.30.40',
      'a::b',
    );
    const edit = fc.tuple(
      fc.nat(20),
      fc.nat(3),
      fc.constantFrom('', ':', '::', '.', '0', '1', 'f'),
    );
    fc.assert(
      fc.property(seeds, fc.array(edit, { maxLength: 4 }), (seed, edits) => {
        const text = edits.reduce<string>(
          (edited, [at, cut, put]) => edited.slice(0, at) + put + edited.slice(at + cut),
          seed,
        );
        expect([text, parseIp(text) !== undefined]).toEqual([text, isIP(text) !== 0]);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('host and port', () => {
  it.each([
    ['127.0.0.1:6001', '127.0.0.1', 6001],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['127.0.0.1:65535', '127.0.0.1', 65_535],
    ['[::1]:6001', '::1', 6001],
    ['[2001:DB8::0001]:80', '2001:db8::1', 80],
    ['[::]:6001', '::', 6001],
    ['[::ffff:127.0.0.1]:6001', '127.0.0.1', 6001],
    // As older nodes write IPv6: the last colon separates.
    ['::1:6001', '::1', 6001],
    [':::6001', '::', 6001],
    ['fe80::1:6001', 'fe80::1', 6001],
    ['1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8', 9],
    ['::ffff:127.0.0.1:6001', '127.0.0.1', 6001],
  ])('are read from %s', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.each([
    '',
    ':',
    ':6001',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1: 6001',
    '127.0.0.1:6001 ',
    '127.0.0.1:65536',
    '127.0.0.1:123456',
    '127.0.0.1:-1',
    '127.0.0.1:+1',
    '127.0.0.1:1e3',
    '127.0.0.1:0x50',
    '127.0.0.1:80:80',
    '127.0.0.1\n:6001',
    '[127.0.0.1]:6001',
    '[::1]',
    '[::1]6001',
    '[::1',
    '[::1:6001',
    '::1]:6001',
    '[[::1]]:6001',
    '[]:6001',
    '[fe80::1%eth0]:6001',
    'fe80::1%eth0:6001',
    'localhost:6001',
    '::1',
  ])('cannot be read from %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it.each([
    [{ host: '127.0.0.1', port: 6001 }, '127.0.0.1:6001'],
    [{ host: '::1', port: 6001 }, '[::1]:6001'],
  ])('of %j are written as %s', (address, text) => {
    expect(formatAddress(address)).toBe(text);
  });

  it('survive being written and read', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(65_535), (ip, port) => {
        const address = { host: canonicalHost(ip)!, port };
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });
});

describe('a port', () => {
  it.each([
    ['0', 0],
    ['80', 80],
    ['65535', 65_535],
  ])('is read from %s', (text, port) => {
    expect(parsePort(text)).toBe(port);
  });

  it.each(['', '65536', '99999', '100000', '000080', '-1', '1.5', ' 1', '1 ', '1e3', '0x1', '１'])(
    'cannot be read from %j',
    (text) => {
      expect(parsePort(text)).toBeUndefined();
    },
  );
});

describe('two addresses', () => {
  const address = (text: string): Address => parseAddress(text)!;

  it('are equal in any spelling of the same host', () => {
    expect(addressEquals(address('[0:0::1]:1'), address('[::0001]:1'))).toBe(true);
  });

  it('are not equal with another port', () => {
    expect(addressEquals(address('1.2.3.4:1'), address('1.2.3.4:2'))).toBe(false);
  });

  it('are not equal with another host', () => {
    expect(addressEquals(address('1.2.3.4:1'), address('1.2.3.5:1'))).toBe(false);
  });

  it('are ordered by number, first the host and then the port', () => {
    const ordered = [
      '[::]:9',
      '[::1]:9',
      '0.0.0.0:9',
      '9.0.0.1:9',
      '10.0.0.1:80',
      '10.0.0.1:443',
      '10.0.0.2:1',
      '127.0.0.1:6001',
      '127.0.0.1:6002',
      '127.0.0.1:10000',
      '200.0.0.1:1',
      '[2001:db8::2]:1',
      '[2001:db8::10]:1',
      '[fe80::1]:1',
    ].map(address);
    expect(ordered.toReversed().toSorted(compareAddresses)).toEqual(ordered);
  });

  it('that are equal rank the same', () => {
    expect(compareAddresses(address('[::1]:6'), address('[::1]:6'))).toBe(0);
  });
});

describe('the scope of a host', () => {
  const hosts: Record<Scope, string[]> = {
    loopback: ['127.0.0.1', '127.255.255.255', '::1'],
    private: [
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.0.1',
      '169.254.1.1',
      '100.64.0.1',
      '100.127.255.255',
      '198.18.0.1',
      '198.19.255.255',
      'fc00::1',
      'fdff::1',
      'fe80::1',
      'febf::1',
    ],
    global: [
      '1.1.1.1',
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '126.255.255.255',
      '128.0.0.0',
      '169.253.0.1',
      '172.15.255.255',
      '172.32.0.0',
      '192.167.1.1',
      '192.169.0.0',
      '198.17.0.1',
      '198.20.0.1',
      '223.255.255.255',
      '2001:4860::1',
      '::2',
      'fbff::1',
      'fe00::1',
      // Formerly site-local; global since RFC 3879.
      'fec0::1',
    ],
    none: ['0.0.0.0', '0.1.2.3', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255', '::'],
  };
  const pairs = Object.entries(hosts).flatMap(([scope, list]) => list.map((host) => [host, scope]));

  it.each(pairs)('of %s is %s', (host, scope) => {
    expect(scopeOf(host!)).toBe(scope);
  });

  it.each(['ff02::1', 'ff0e::1', 'localhost', ''])('of %j is none', (host) => {
    expect(scopeOf(host)).toBe('none');
  });

  it('of an IPv4-mapped address is that of its IPv4 address', () => {
    expect(scopeOf(canonicalHost('::ffff:127.0.0.1')!)).toBe('loopback');
  });
});

describe('a wildcard', () => {
  it.each(['0.0.0.0', '::'])('is %s', (host) => {
    expect(isWildcard(host)).toBe(true);
  });

  it.each(['127.0.0.1', '::1', '0.0.0.1'])('is not %s', (host) => {
    expect(isWildcard(host)).toBe(false);
  });
});

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}
