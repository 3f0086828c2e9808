import { describe, expect, it } from 'vitest';
import type { ApiTarget } from '../../../src/client/api-target.ts';
import { composeWelcome, formatWelcome } from '../../../src/cli/welcome.ts';

const P2P: ApiTarget = { kind: 'tcp', host: '::1', port: 6001 };

function commandsFor(api: ApiTarget): readonly string[] {
  const { subscribe, announce } = composeWelcome({ p2p: P2P, api, identity: undefined }, 'hearsay');
  return [subscribe, announce];
}

describe('the commands that show a node at work', () => {
  it('need no address if the node is where everybody looks', () => {
    expect(commandsFor({ kind: 'tcp', host: '127.0.0.1', port: 7001 })).toEqual([
      'hearsay subscribe 1337',
      'hearsay announce 1337 hello',
    ]);
  });

  it.each<[string, ApiTarget, string]>([
    ['another port', { kind: 'tcp', host: '127.0.0.1', port: 7002 }, '127.0.0.1:7002'],
    ['an IPv6 address', { kind: 'tcp', host: '::1', port: 7001 }, "'[::1]:7001'"],
    ['a socket', { kind: 'unix', path: '/run/my node' }, "'unix:/run/my node'"],
    ['all IPv4 addresses', { kind: 'tcp', host: '0.0.0.0', port: 7002 }, '127.0.0.1:7002'],
    ['all addresses', { kind: 'tcp', host: '::', port: 7002 }, "'[::1]:7002'"],
  ])('name %s', (_what, api, written) => {
    expect(commandsFor(api)).toEqual([
      `hearsay subscribe 1337 --api ${written}`,
      `hearsay announce 1337 hello --api ${written}`,
    ]);
  });
});

describe('the welcome for people', () => {
  it('starts with where the node listens', () => {
    const api: ApiTarget = { kind: 'unix', path: '/run/x' };
    const welcome = composeWelcome({ p2p: P2P, api, identity: undefined }, 'hearsay');
    expect(formatWelcome(welcome).split('\n')[0]).toBe(
      'hearsay listens for peers on [::1]:6001 and for applications on unix:/run/x',
    );
  });

  it('says whose key the node holds, if it holds one', () => {
    const api: ApiTarget = { kind: 'unix', path: '/run/x' };
    const welcome = composeWelcome({ p2p: P2P, api, identity: 'ab'.repeat(32) }, 'hearsay');
    expect(formatWelcome(welcome)).toContain(`Its identity is ${'ab'.repeat(32)}\n`);
  });
});
