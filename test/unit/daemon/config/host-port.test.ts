import { describe, expect, it } from 'vitest';
import { readHostPort } from '../../../../src/daemon/config/host-port.ts';

describe('HOST:PORT', () => {
  it.each([
    ['127.0.0.1:6001', '127.0.0.1', 6001],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['[::1]:6001', '::1', 6001],
    ['[::]:65535', '::', 65_535],
    ['[2001:DB8:0:0::1]:1', '2001:db8::1', 1],
    ['[::ffff:127.0.0.1]:6001', '127.0.0.1', 6001],
    ['localhost:6001', 'localhost', 6001],
    ['Node-1.Example.ORG:6001', 'node-1.example.org', 6001],
    ['example.org.:6001', 'example.org.', 6001],
    ['gossip_node_1:6001', 'gossip_node_1', 6001],
    ['4chan.org:6001', '4chan.org', 6001],
    ['a:06001', 'a', 6001],
    [`${'a'.repeat(63)}.org:1`, `${'a'.repeat(63)}.org`, 1],
    [`${'abcd.'.repeat(50)}abc:1`, `${'abcd.'.repeat(50)}abc`, 1],
  ])('%s is understood', (text, host, port) => {
    expect(readHostPort(text, 0)).toEqual({ kind: 'value', value: { host, port } });
  });

  it.each([
    ['::1:6001', 'an IPv6 address needs brackets, write [::1]:6001'],
    ['fe80::1:2:3', 'an IPv6 address needs brackets, write [fe80::1:2]:3'],
    ['::1', 'an IPv6 address needs brackets, write [::1]:PORT'],
    ['2001:db8::beef', 'an IPv6 address needs brackets, write [2001:db8::beef]:PORT'],
    ['[::1]', 'the port is missing, write [::1]:PORT'],
    ['localhost', 'the port is missing'],
    ['6001', 'the port is missing'],
    ['none', 'the port is missing'],
    [':6001', 'the host before the colon is missing'],
    ['[]:6001', 'what stands in brackets is not an IPv6 address'],
    ['[127.0.0.1]:6001', 'what stands in brackets is not an IPv6 address'],
    ['[fe80::1%eth0]:6001', 'what stands in brackets is not an IPv6 address'],
    ['[::1]x:6001', 'not of the form HOST:PORT'],
    ['http://a:6001', 'not of the form HOST:PORT'],
    ['a:b:1', 'not of the form HOST:PORT'],
    ['127.1:6001', 'the host is neither an IP address nor a DNS name'],
    ['10.0.0.256:6001', 'the host is neither an IP address nor a DNS name'],
    ['127.0.0.01:6001', 'the host is neither an IP address nor a DNS name'],
    ['0x7f000001:6001', 'the host is neither an IP address nor a DNS name'],
    ['*:6001', 'the host is neither an IP address nor a DNS name'],
    ['a b:6001', 'the host is neither an IP address nor a DNS name'],
    ['a..b:6001', 'the host is neither an IP address nor a DNS name'],
    ['.:6001', 'the host is neither an IP address nor a DNS name'],
    ['-a:6001', 'the host is neither an IP address nor a DNS name'],
    ['münchen.example:6001', 'the host is neither an IP address nor a DNS name'],
    [`${'a'.repeat(64)}:1`, 'the host is neither an IP address nor a DNS name'],
    [`${'abcd.'.repeat(50)}abcd:1`, 'the host is neither an IP address nor a DNS name'],
    ['a:', 'the port is not a number from 0 to 65535 in decimal digits'],
    ['a:65536', 'the port is not a number from 0 to 65535 in decimal digits'],
    ['a:-1', 'the port is not a number from 0 to 65535 in decimal digits'],
    ['a:0x10', 'the port is not a number from 0 to 65535 in decimal digits'],
    ['a: 1', 'the port is not a number from 0 to 65535 in decimal digits'],
  ])('%s is refused', (text, problem) => {
    expect(readHostPort(text, 0)).toEqual({ kind: 'problem', problem });
  });

  it('may have port 0 only where that is allowed', () => {
    expect(readHostPort('a:0', 1)).toEqual({
      kind: 'problem',
      problem: 'the port is not a number from 1 to 65535 in decimal digits',
    });
  });
});
