import { describe, expect, it } from 'vitest';
import type { Input } from '../../../../src/core/inputs.ts';
import type { NodeSnapshot } from '../../../../src/core/snapshot.ts';
import { PeerControl, type Controlled } from '../../../../src/daemon/embedding/peer-control.ts';

const KEY = 'ab'.repeat(32);

/** A daemon with two links, one on loopback. */
function bench() {
  const inputs: Input[] = [];
  const link = (id: number, host: string, identity?: string): NodeSnapshot['links'][number] =>
    ({
      link: id,
      remote: { host, port: 50_000 },
      listening: { host, port: 6_001 },
      identity,
    }) as NodeSnapshot['links'][number];
  const daemon: Controlled = {
    control: (input) => inputs.push(input),
    snapshot: () => ({
      core: {
        links: [link(1, '10.0.0.1', KEY), link(2, '127.0.0.1')],
        bans: [{ whom: { host: '10.0.0.9' }, until: 1_500, reason: 'x', isOrdered: false }],
      },
    }),
  };
  return { inputs, control: new PeerControl(daemon, () => 1_000) };
}

describe('ban()', () => {
  it.each([
    [{ address: '10.0.0.1' }, { host: '10.0.0.1' }],
    [{ address: '10.0.0.1:6001' }, { host: '10.0.0.1' }],
    [{ address: '[2A02::1]:6001' }, { host: '2a02::1' }],
    [{ address: '2a02::1' }, { host: '2a02::1' }],
    [{ identity: KEY.toUpperCase() }, { identity: KEY }],
  ])('means a host or a key: %j', (options, whom) => {
    const { inputs, control } = bench();
    control.ban(options);
    expect(inputs).toEqual([
      { kind: 'ban', whom, forMillis: 86_400_000, reason: 'banned by the program' },
    ]);
  });

  it.each([
    [{}],
    [{ identity: KEY, address: '10.0.0.1' }],
    [{ identity: 'ab' }],
    [{ address: 'example.org' }],
    [{ address: 7 }],
    [{ address: '127.0.0.1' }],
    [{ address: '[::1]:6001' }],
    [{ address: '10.0.0.1', forMillis: 0 }],
    [{ address: '10.0.0.1', reason: 'x'.repeat(201) }],
    [{ adress: '10.0.0.1' }],
  ])('refuses %j', (options) => {
    const { inputs, control } = bench();
    expect(() => control.ban(options as never)).toThrow(
      expect.objectContaining({ code: 'bad-option' }),
    );
    expect(inputs).toEqual([]);
  });
});

describe('unban()', () => {
  it('takes back the ban of a host or a key', () => {
    const { inputs, control } = bench();
    control.unban({ address: '10.0.0.1:6001' });
    expect(inputs).toEqual([{ kind: 'unban', whom: { host: '10.0.0.1' } }]);
  });
});

describe('bans()', () => {
  it('says who is banned, and for how long still', () => {
    expect(bench().control.bans()).toEqual([
      { identity: undefined, host: '10.0.0.9', forMillis: 500, reason: 'x', isOrdered: false },
    ]);
  });
});

describe('disconnect()', () => {
  it.each([
    [{ identity: KEY }, [1]],
    [{ address: '10.0.0.1' }, [1]],
    [{ address: '10.0.0.1:6001' }, [1]],
    [{ address: '127.0.0.1:50000' }, [2]],
    [{ address: '127.0.0.1' }, [2]],
    [{ address: '10.0.0.1:1' }, []],
  ])('ends the links that are meant, and counts them: %j', (options, links) => {
    const { inputs, control } = bench();
    expect(control.disconnect(options)).toBe(links.length);
    expect(inputs).toEqual(links.map((link) => ({ kind: 'disconnect', link })));
  });
});
