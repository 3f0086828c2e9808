import { describe, expect, it } from 'vitest';
import {
  readEnvelope,
  SIGNED_DOMAIN,
  SIGNED_OVERHEAD_BYTES,
  SIGNED_PAYLOAD_BYTES_MAX,
} from '../../../../src/client/signed/envelope.ts';
import { createSigner } from '../../../../src/client/signed/signer.ts';
import { verify } from '../../../../src/client/signed/verify.ts';

/** Made by another implementation of Ed25519, with the first key of RFC 8032, section 7.1. */
const GOLDEN = {
  privateKey: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  dataType: 1337,
  sequence: 1n,
  expires: 1_800_000_000_000,
  payload: 'deadbeef',
  envelope:
    '48534401' +
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a' +
    '0000000000000001' +
    '000001a3185c5000' +
    '6465616462656566' +
    '407068200aabf602189be08c5b55167c8a81e90b3860483bf848dc99f15da425' +
    'c77513d23cbe3b6039988a80dadfca5d9043a854c03bf044e5506befa460ca04',
};

const signer = createSigner({ privateKey: Buffer.from(GOLDEN.privateKey, 'hex') });

describe('signed data', () => {
  it('has the golden bytes', () => {
    const { dataType, payload, sequence, expires } = GOLDEN;
    const envelope = signer.sign(dataType, payload, { sequence, expires });
    expect(Buffer.from(envelope).toString('hex')).toBe(GOLDEN.envelope);
  });

  it('is read from the golden bytes', () => {
    const bytes = Buffer.from(GOLDEN.envelope, 'hex');
    const result = verify(GOLDEN.dataType, bytes, { now: () => GOLDEN.expires });
    expect(result).toEqual({
      ok: true,
      message: {
        dataType: GOLDEN.dataType,
        sender: GOLDEN.publicKey,
        sequence: GOLDEN.sequence,
        expires: GOLDEN.expires,
        payload: Buffer.from(GOLDEN.payload),
      },
    });
  });

  it('is 116 bytes longer than its payload', () => {
    expect([signer.sign(1, '').length, SIGNED_OVERHEAD_BYTES]).toEqual([116, 116]);
  });

  it('fits into an announcement with a payload of up to 65,403 bytes', () => {
    const largest = signer.sign(1, new Uint8Array(SIGNED_PAYLOAD_BYTES_MAX));
    expect([SIGNED_PAYLOAD_BYTES_MAX, largest.length]).toEqual([65_403, 65_519]);
  });

  it('has a domain of 22 bytes', () => {
    expect(Buffer.from(SIGNED_DOMAIN).toString('latin1')).toBe('hearsay signed data 1\0');
  });
});

describe('bytes that are no signed data', () => {
  const bytes = Buffer.from(GOLDEN.envelope, 'hex');

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a byte less than the least', bytes.subarray(0, 115)],
    ['another magic', Buffer.concat([Buffer.from('XSD\x01'), bytes.subarray(4)])],
  ])('such as %s are called so', (_what, data) => {
    expect(readEnvelope(data)).toBe('not-signed');
  });

  it('because of another version are called so', () => {
    const other = Buffer.concat([Buffer.from('HSD\x02'), bytes.subarray(4)]);
    expect(readEnvelope(other)).toBe('unknown-version');
  });
});
