import { describe, expect, it } from 'vitest';
import { Trust } from '../../../../src/daemon/identity/trust.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const HOME = { host: '192.0.2.1', port: 6001 };
const NOTHING = { pins: [], allowed: [], denied: [] };

describe('trust', () => {
  it('is for everybody where nothing is set', () => {
    expect(new Trust(NOTHING).judge(A, HOME)).toBeUndefined();
  });

  it('is for those allowed only, if any are', () => {
    const trust = new Trust({ ...NOTHING, allowed: [A] });
    expect(trust.judge(A, undefined)).toBeUndefined();
    expect(trust.judge(B, undefined)).toMatchObject({ code: 'not-allowed' });
  });

  it('is not for those denied, even if they are allowed', () => {
    const trust = new Trust({ ...NOTHING, allowed: [A], denied: [A] });
    expect(trust.judge(A, undefined)).toMatchObject({ code: 'not-allowed' });
  });
});

describe('a pin', () => {
  const trust = new Trust({ ...NOTHING, pins: [{ peer: HOME, identities: [A, B] }] });

  it('holds where this node dials', () => {
    expect(trust.judge(B, HOME)).toBeUndefined();
    expect(trust.judge(C, HOME)).toMatchObject({ code: 'pin-mismatch' });
  });

  it('says whose keys were expected and whose was shown, in full', () => {
    const reason = trust.judge(C, HOME)?.reason;
    expect(reason).toContain(`${C}, but`);
    expect(reason).toContain(`${A} or ${B}`);
  });

  it('does not hold at other ports, nor for those who come by themselves', () => {
    expect(trust.judge(C, { ...HOME, port: 6002 })).toBeUndefined();
    expect(trust.judge(C, undefined)).toBeUndefined();
  });

  it('says who is expected at an address by whatever way a peer comes', () => {
    expect(trust.expectedAt(HOME)).toEqual([A, B]);
    expect(trust.expectedAt({ ...HOME, port: 6002 })).toEqual([]);
  });

  it('of a name holds for the addresses that it stands for, the latest', () => {
    const named = new Trust({
      ...NOTHING,
      pins: [{ peer: { host: 'gossip.example', port: 6001 }, identities: [A] }],
    });
    expect(named.judge(C, HOME)).toBeUndefined();
    named.onResolved({ host: 'gossip.example', port: 6001 }, [HOME]);
    expect(named.judge(C, HOME)).toMatchObject({ code: 'pin-mismatch' });
    named.onResolved({ host: 'gossip.example', port: 6001 }, []);
    expect(named.judge(C, HOME)).toMatchObject({ code: 'pin-mismatch' });
    named.onResolved({ host: 'gossip.example', port: 6001 }, [{ host: '192.0.2.2', port: 6001 }]);
    expect(named.judge(C, HOME)).toBeUndefined();
  });

  it('does not grow by names that have none', () => {
    trust.onResolved({ host: 'other.example', port: 1 }, [{ host: '192.0.2.9', port: 1 }]);
    expect(trust.judge(C, { host: '192.0.2.9', port: 1 })).toBeUndefined();
  });
});
