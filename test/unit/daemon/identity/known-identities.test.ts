import { describe, expect, it } from 'vitest';
import {
  IDENTITIES_MAX,
  KnownIdentities,
} from '../../../../src/daemon/identity/known-identities.ts';
import {
  decodeIdentities,
  encodeIdentities,
} from '../../../../src/daemon/store/identities-file.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)] as [string, string];

function at(port: number): { host: string; port: number } {
  return { host: '192.0.2.1', port };
}

describe('identities that were found', () => {
  it('are believed the first time', () => {
    expect(new KnownIdentities().note(at(1), A)).toBeUndefined();
  });

  it('are noticed when they change, once', () => {
    const known = new KnownIdentities();
    known.note(at(1), A);
    expect([known.note(at(1), A), known.note(at(1), B), known.note(at(1), B)]).toEqual([
      undefined,
      A,
      undefined,
    ]);
  });

  it('say when there is something new to store, and only then', () => {
    const known = new KnownIdentities();
    known.note(at(1), A);
    const { revision } = known;
    known.note(at(1), A);
    expect(known.revision).toBe(revision);
    known.note(at(1), B);
    expect(known.revision).not.toBe(revision);
  });

  it('are bounded: the one dialled longest ago is forgotten', () => {
    const known = new KnownIdentities();
    for (let port = 1; port <= IDENTITIES_MAX; port++) known.note(at(port), A);
    known.note(at(1), A);
    known.note(at(IDENTITIES_MAX + 1), A);
    const stored = known.store();
    expect(stored.size).toBe(IDENTITIES_MAX);
    expect([stored.has('192.0.2.1:1'), stored.has('192.0.2.1:2')]).toEqual([true, false]);
  });

  it('outlive a restart', () => {
    const known = new KnownIdentities();
    known.note(at(1), A);
    known.note({ host: '::1', port: 2 }, B);
    const read = decodeIdentities(encodeIdentities(known.store()));
    expect(read).toEqual(known.store());
    if (typeof read === 'string') throw new Error(read);
    expect(new KnownIdentities(read).note(at(1), B)).toBe(A);
  });
});

describe('a file of identities', () => {
  const good = Buffer.from(encodeIdentities(new Map([['192.0.2.1:1', A]])));

  it('is not believed with any byte changed, or cut anywhere', () => {
    for (let i = 0; i < good.length; i++) {
      const changed = Buffer.from(good);
      changed[i]! ^= 1;
      expect(decodeIdentities(changed)).toBeTypeOf('string');
      expect(decodeIdentities(good.subarray(0, i))).toBeTypeOf('string');
    }
  });

  it.each([['x y'], [`192.0.2.1:1 ${A} more`], [`192.0.2.1 ${A}`], ['192.0.2.1:1 abc']])(
    'is not believed with a line %s',
    (line) => {
      const entry = line.split(/ (.*)/s) as [string, string];
      expect(decodeIdentities(encodeIdentities(new Map([[entry[0], entry[1]]])))).toBe(
        'line 2 says nothing',
      );
    },
  );
});
