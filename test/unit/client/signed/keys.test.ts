import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  publicKeyBytes,
  readPrivateKey,
  readPublicKey,
  type PrivateKey,
  type PublicKey,
} from '../../../../src/client/signed/keys.ts';
import { createSigner } from '../../../../src/client/signed/signer.ts';
import { verify } from '../../../../src/client/signed/verify.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const raw = publicKeyBytes(publicKey);

function rawPrivate(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
}

/** The points of small order, as libsodium lists them, and with the sign bit set. */
const WEAK = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].flatMap((key) => [
  key,
  key.slice(0, 62) + (Number.parseInt(key.slice(62), 16) | 0x80).toString(16),
]);

describe('a private key', () => {
  it.each<[string, PrivateKey]>([
    ['a key object', privateKey],
    ['PEM', privateKey.export({ format: 'pem', type: 'pkcs8' }) as string],
    ['32 bytes', rawPrivate(privateKey)],
  ])('can be %s', (_form, key) => {
    expect(publicKeyBytes(readPrivateKey(key))).toEqual(raw);
  });

  it.each<[string, unknown]>([
    ['a public key', publicKey],
    ['a key of another kind', rsa.privateKey],
    ['PEM of another kind', rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })],
    ['text that is no PEM', 'secret'],
    ['31 bytes', new Uint8Array(31)],
    ['a number', 5],
  ])('cannot be %s', (_form, key) => {
    const read = (): unknown => readPrivateKey(key as PrivateKey);
    expect(read).toThrow(expect.objectContaining({ code: 'bad-key' }));
  });

  it('never stands in the error', () => {
    expect(() => readPrivateKey('my secret')).not.toThrow(/secret/);
  });
});

describe('a public key', () => {
  it.each<[string, PublicKey]>([
    ['64 digits', Buffer.from(raw).toString('hex')],
    ['64 digits in capitals', Buffer.from(raw).toString('hex').toUpperCase()],
    ['32 bytes', raw],
    ['a key object', publicKey],
    ['the key object of its private key', privateKey],
  ])('can be %s', (_form, key) => {
    expect(readPublicKey(key)).toEqual(raw);
  });

  it.each<[string, unknown]>([
    ['63 digits', 'a'.repeat(63)],
    ['no digits', 'x'.repeat(64)],
    ['33 bytes', new Uint8Array(33)],
    ['a key of another kind', rsa.publicKey],
    ['a point of small order', WEAK[2]],
    ['nothing', undefined],
  ])('cannot be %s', (_form, key) => {
    const read = (): unknown => readPublicKey(key as PublicKey);
    expect(read).toThrow(expect.objectContaining({ code: 'bad-key' }));
  });
});

describe('a sender whose key is a point of small order', () => {
  it.each(WEAK)('is not believed: %s', (key) => {
    const envelope = createSigner().sign(1, 'x');
    envelope.set(Buffer.from(key, 'hex'), 4);
    // R is the neutral element and S is 0: under the neutral element as key this fits any message.
    envelope.fill(0, envelope.length - 64);
    envelope[envelope.length - 64] = 1;
    expect(verify(1, envelope)).toEqual({ ok: false, problem: 'bad-signature' });
  });
});
