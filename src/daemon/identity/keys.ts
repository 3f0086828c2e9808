/**
 * Which keys can be an identity, and what the identity is: the SHA-256 of the public key's SPKI (DER), as 64
 * lower-case hexadecimal digits.
 */
import { createHash, type KeyObject } from 'node:crypto';
import type { PeerIdentity } from '../../core/settings.ts';

export const RSA_BITS_MIN = 2048;
/** Above this a handshake costs more than 8 ms of CPU time, which anybody could make a node spend. */
export const RSA_BITS_MAX = 4096;

/** The keys that are allowed, in a few words. */
export const ALLOWED_KEYS = `Ed25519, or RSA of ${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits`;

/** Where the raw key stands in the SPKI of an Ed25519 key. */
const ED25519_RAW_AT = 12;

/** What the key is, `Ed25519` or `RSA 2048`. */
export function describeKey(key: KeyObject): string {
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type === 'ed25519') return 'Ed25519';
  if (type !== 'rsa') return type;
  return `RSA ${String(key.asymmetricKeyDetails?.modulusLength)}`;
}

/** What keeps a key, private or public, from being an identity; undefined if nothing does. */
export function keyProblem(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType === 'ed25519') return undefined;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const isRsa = key.asymmetricKeyType === 'rsa';
  if (isRsa && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX) return undefined;
  return `the key is ${describeKey(key)}`;
}

export function identityOf(publicKey: KeyObject): PeerIdentity {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

/**
 * Whether an Ed25519 public key is one that nobody can hold alone: of the eight points of small order, for which
 * anybody can sign, or in an encoding that is not the shortest, so that one point would be two identities.
 */
export function isDegenerate(publicKey: KeyObject): boolean {
  if (publicKey.asymmetricKeyType !== 'ed25519') return false;
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(ED25519_RAW_AT);
  const y = Buffer.from(raw).reverse();
  y[0]! &= 0x7f;
  const number = BigInt(`0x${y.toString('hex')}`);
  return number >= P || SMALL_ORDER.has(number);
}

/** The field of Curve25519 (RFC 8032). */
const P = 2n ** 255n - 19n;
/** The y coordinate of two points of order 8; the other two have its negative. */
const Y_OF_ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** Of orders 1, 2, 4 and 8. */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([1n, P - 1n, 0n, Y_OF_ORDER_8, P - Y_OF_ORDER_8]);
