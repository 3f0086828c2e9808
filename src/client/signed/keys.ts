/**
 * Ed25519 keys in the forms that people have them: key objects of node:crypto, PEM, raw bytes, hexadecimal.
 */
import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto';
import { types } from 'node:util';
import { ClientError } from '../client-error.ts';
import { KEY_BYTES } from './envelope.ts';

/** A private key: a key object, the text of a PEM file (PKCS #8), or the 32 bytes of RFC 8032. */
export type PrivateKey = KeyObject | string | Uint8Array;
/** A public key: 64 hexadecimal digits, its 32 bytes, or a key object. */
export type PublicKey = string | Uint8Array | KeyObject;

/** What stands before the 32 bytes in the DER of a public and of a private key (RFC 8410). */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @throws ClientError `bad-key`; the key itself never stands in the message. */
export function readPrivateKey(key: PrivateKey): KeyObject {
  const object = key instanceof KeyObject ? key : importPrivateKey(key);
  if (object?.type === 'private' && object.asymmetricKeyType === 'ed25519') return object;
  const forms = 'an Ed25519 key as KeyObject, PEM text without a passphrase, or 32 bytes';
  throw new ClientError('bad-key', `a private key is ${forms}; this is something else`);
}

function importPrivateKey(key: unknown): KeyObject | undefined {
  try {
    if (typeof key === 'string') return createPrivateKey(key);
    if (!types.isUint8Array(key) || key.length !== KEY_BYTES) return undefined;
    const der = Buffer.concat([PRIVATE_PREFIX, key]);
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  }
}

/**
 * The 32 bytes of a public key, in a copy.
 *
 * @throws ClientError `bad-key`.
 */
export function readPublicKey(key: PublicKey): Uint8Array {
  const bytes = publicBytes(key);
  if (bytes?.length === KEY_BYTES && !isWeak(bytes)) return bytes;
  const forms = 'an Ed25519 key as 64 hexadecimal digits, 32 bytes, or KeyObject';
  throw new ClientError('bad-key', `a public key is ${forms}; this is something else`);
}

function publicBytes(key: unknown): Uint8Array | undefined {
  if (typeof key === 'string') {
    return /^[0-9a-f]{64}$/i.test(key) ? new Uint8Array(Buffer.from(key, 'hex')) : undefined;
  }
  if (types.isUint8Array(key)) return new Uint8Array(key);
  if (!(key instanceof KeyObject) || key.asymmetricKeyType !== 'ed25519') return undefined;
  return publicKeyBytes(key);
}

/** The 32 bytes of the public key that belongs to an Ed25519 key. */
export function publicKeyBytes(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(PUBLIC_PREFIX.length));
}

/** For node:crypto. Costs about as much as checking a signature, so keep it. */
export function publicKeyObject(bytes: Uint8Array): KeyObject {
  const der = Buffer.concat([PUBLIC_PREFIX, bytes]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

/**
 * Whether a public key is a point of small order. Nobody holds a private key to such a one, and a signature
 * under it that fits any message whatever can be written down by anybody.
 */
export function isWeak(publicKey: Uint8Array): boolean {
  const text = Buffer.from(publicKey).toString('hex');
  const withoutSign = (Number.parseInt(text.slice(62), 16) & 0x7f).toString(16).padStart(2, '0');
  return WEAK_KEYS.has(text.slice(0, 62) + withoutSign);
}

/** All encodings of the eight points whose order divides 8, without the sign bit (the list of libsodium). */
const WEAK_KEYS: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);
