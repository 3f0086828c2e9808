import { describe, expect, it } from 'vitest';
import { DAEMON_BOUNDS } from '../../../../src/daemon/sockets/bounds.ts';
import { Admission } from '../../../../src/daemon/transport/admission.ts';

const NOBODY = (): void => {};

function from(host: string): { host: string; port: number } {
  return { host, port: 50_000 };
}

function admission(): Admission {
  return new Admission(DAEMON_BOUNDS.handshake);
}

describe('who has not shown yet who they are', () => {
  it('are 4 of one address at most', () => {
    const door = admission();
    const inside = Array.from({ length: 5 }, () => door.enter(from('192.0.2.1'), NOBODY));
    expect(inside.map((pending) => pending !== undefined)).toEqual([true, true, true, true, false]);
  });

  it('are 4 of one /64 at most', () => {
    const door = admission();
    const inside = [1, 2, 3, 4, 5].map((n) => door.enter(from(`2001:db8::${n}`), NOBODY));
    expect(inside[4]).toBeUndefined();
    expect(door.enter(from('2001:db8:0:1::1'), NOBODY)).toBeDefined();
  });

  it.each(['192.0.2.', '2001:db8:0:'])('are 8 of one neighbourhood at most: %s', (prefix) => {
    const door = admission();
    const host = (n: number): string =>
      prefix.includes(':') ? `${prefix}${n}::1` : `${prefix}${n}`;
    for (let n = 1; n <= 8; n++) expect(door.enter(from(host(n)), NOBODY)).toBeDefined();
    expect(door.enter(from(host(9)), NOBODY)).toBeUndefined();
  });

  it('are counted by where most of them are', () => {
    const door = admission();
    const first = door.enter(from('192.0.2.1'), NOBODY)!;
    for (const host of ['192.0.2.1', '192.0.2.2', '198.51.100.1', '127.0.0.1']) {
      door.enter(from(host), NOBODY);
    }
    door.mayBegin(first);
    expect(door.crowds).toEqual({ perHost: 2, perRange: 3, begun: 1, begunPerHost: 1 });
  });

  it('let others in when they are gone', () => {
    const door = admission();
    const inside = [1, 2, 3, 4].map(() => door.enter(from('192.0.2.1'), NOBODY)!);
    door.leave(inside[0]!);
    expect(door.enter(from('192.0.2.1'), NOBODY)).toBeDefined();
  });

  it('are 64 at most: of the largest crowd the eldest gives way', () => {
    const door = admission();
    const gone: number[] = [];
    // Two of each /24, but four of the sixth.
    const hosts = Array.from({ length: 62 }, (_, n) => `198.51.${n >> 1}.${n & 1}`);
    hosts.push('198.51.5.7', '198.51.5.8');
    hosts.forEach((host, n) => expect(door.enter(from(host), () => gone.push(n))).toBeDefined());
    expect(door.enter(from('203.0.113.1'), NOBODY)).toBeDefined();
    expect(gone).toEqual([10]);
    expect(door.pendingCount).toBe(64);
  });

  it('on this machine are limited together only', () => {
    const door = admission();
    for (let n = 0; n < 100; n++) expect(door.enter(from('127.0.0.1'), NOBODY)).toBeDefined();
    expect(door.pendingCount).toBe(64);
  });
});

describe('handshakes', () => {
  it('are begun 5 times a tick for one address; it is not even let in then', () => {
    const door = admission();
    for (let n = 0; n < 5; n++) {
      const pending = door.enter(from('192.0.2.1'), NOBODY)!;
      expect(door.mayBegin(pending)).toBe(true);
      door.leave(pending);
    }
    expect(door.enter(from('192.0.2.1'), NOBODY)).toBeUndefined();
    expect(door.enter(from('192.0.2.2'), NOBODY)).toBeDefined();
    door.tick();
    expect(door.enter(from('192.0.2.1'), NOBODY)).toBeDefined();
  });

  it('are begun 50 times a tick by all together, this machine included', () => {
    const door = admission();
    const begin = (): boolean => {
      const pending = door.enter(from('127.0.0.1'), NOBODY)!;
      door.leave(pending);
      return door.mayBegin(pending);
    };
    expect(Array.from({ length: 51 }, begin).indexOf(false)).toBe(50);
    door.tick();
    expect(begin()).toBe(true);
  });

  it('of those who say nothing count for nothing', () => {
    const door = admission();
    for (let n = 0; n < 20; n++) door.leave(door.enter(from('192.0.2.1'), NOBODY)!);
    expect(door.mayBegin(door.enter(from('192.0.2.1'), NOBODY)!)).toBe(true);
  });
});
