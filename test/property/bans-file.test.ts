/** The file of the bans: whatever is banned is read back, and no bytes do anything but give bans or a reason. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredBan } from '../../src/core/stored-state.ts';
import { decodeBans, encodeBans } from '../../src/daemon/store/bans-file.ts';
import { encodeLines } from '../../src/daemon/store/checked-lines.ts';
import { canonicalHost } from '../../src/wire/address.ts';

const anyHost = fc
  .oneof(fc.ipV4(), fc.ipV6())
  .map(canonicalHost)
  .filter((host) => host !== undefined);
const anyBan: fc.Arbitrary<StoredBan> = fc.record({
  whom: fc.oneof(
    fc.record({ identity: fc.stringMatching(/^[0-9a-f]{64}$/) }),
    fc.record({ host: anyHost }),
  ),
  forMillis: fc.integer({ min: 1, max: 31_536_000_000 }),
  reason: fc.string({ unit: 'binary', maxLength: 200 }),
  isOrdered: fc.boolean(),
});

describe('the file of the bans', () => {
  it('gives back whatever was stored', () => {
    fc.assert(
      fc.property(fc.array(anyBan), (bans) => {
        expect(decodeBans(encodeBans(bans))).toEqual(bans);
      }),
    );
  });

  it('with any lines in it gives bans or a reason', () => {
    const anyLine = fc.stringMatching(/^[\x20-\x7e]*$/);
    fc.assert(
      fc.property(fc.array(anyLine), (lines) => {
        const decoded = decodeBans(encodeLines('hearsay bans 1', lines));
        expect(typeof decoded === 'string' || decoded.length === lines.length).toBe(true);
      }),
    );
  });

  it('of any bytes gives a reason', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBans(bytes)).toBeTypeOf('string');
      }),
    );
  });
});
