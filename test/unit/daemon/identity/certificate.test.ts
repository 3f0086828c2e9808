import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../../../src/daemon/identity/certificate.ts';
import {
  describeKey,
  identityOf,
  isDegenerate,
  keyProblem,
} from '../../../../src/daemon/identity/keys.ts';
import {
  CERTIFICATE_BYTES_MAX,
  readPeerCertificate,
} from '../../../../src/daemon/identity/peer-certificate.ts';

/** The public key whose point is encoded by these 32 bytes. */
function pointOf(raw: string): ReturnType<typeof createPublicKey> {
  const key = Buffer.from(`302a300506032b6570032100${raw}`, 'hex');
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

describe.each([
  ['Ed25519', generateKeyPairSync('ed25519')],
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
])('a certificate of %s', (_, { privateKey, publicKey }) => {
  const certificate = new X509Certificate(selfSignedCertificate(privateKey));

  it('holds the key, and is signed by it', () => {
    expect(certificate.publicKey.equals(publicKey)).toBe(true);
    expect(certificate.verify(publicKey)).toBe(true);
  });

  it('never expires', () => {
    expect(certificate.validTo).toBe('Dec 31 23:59:59 9999 GMT');
  });

  it('is read as the identity of the key', () => {
    const identity = identityOf(publicKey);
    expect(identity).toMatch(/^[0-9a-f]{64}$/);
    expect(readPeerCertificate(certificate)).toEqual({ kind: 'identity', identity });
  });

  it('is small', () => {
    expect(certificate.raw.length).toBeLessThan(CERTIFICATE_BYTES_MAX / 2);
  });
});

describe('an identity', () => {
  it('is the SHA-256 of the SPKI', () => {
    // RFC 8032, 7.1, test 1; the digest by `openssl pkey -pubin -outform DER | sha256sum`.
    const key = pointOf('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    expect(identityOf(key)).toBe(
      '06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9',
    );
  });
});

describe('a key that is no identity', () => {
  it.each([
    [
      'RSA of 1,024 bits',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
      'RSA 1024',
    ],
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ec'],
    ['X25519', generateKeyPairSync('x25519').privateKey, 'x25519'],
  ])('is %s', (_, key, name) => {
    expect(keyProblem(key)).toBe(`the key is ${name}`);
  });

  it('is RSA of more than 4,096 bits', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const large = new Proxy(privateKey, {
      get: (key, name) =>
        name === 'asymmetricKeyDetails' ? { modulusLength: 4104 } : Reflect.get(key, name, key),
    });
    expect(keyProblem(large)).toBe('the key is RSA 4104');
    expect(describeKey(privateKey)).toBe('RSA 2048');
  });

  it.each([
    ['of order 1', `01${'00'.repeat(31)}`],
    ['of order 2', `ec${'ff'.repeat(30)}7f`],
    ['of order 4', '00'.repeat(32)],
    ['of order 4, the other one', `${'00'.repeat(31)}80`],
    ['of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    [
      'of order 8, the other one',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    ],
    ['in a longer encoding', `f0${'ff'.repeat(30)}7f`],
  ])('is a point %s', (_, raw) => {
    expect(isDegenerate(pointOf(raw))).toBe(true);
  });

  it('is not any other point', () => {
    for (let i = 0; i < 50; i++) {
      expect(isDegenerate(generateKeyPairSync('ed25519').publicKey)).toBe(false);
    }
  });
});

describe('a certificate that is none of ours', () => {
  it('is refused above 2 KiB, before its key is looked at', () => {
    const raw = Buffer.alloc(CERTIFICATE_BYTES_MAX + 1);
    const large = { raw, publicKey: undefined } as unknown as X509Certificate;
    expect(readPeerCertificate(large)).toMatchObject({ kind: 'unusable', reason: /2049 bytes/ });
  });

  it('is refused if its key cannot be read', () => {
    const broken = {
      raw: Buffer.alloc(100),
      get publicKey(): never {
        throw new Error('asn1');
      },
    } as unknown as X509Certificate;
    expect(readPeerCertificate(broken)).toMatchObject({ kind: 'unusable' });
  });
});
