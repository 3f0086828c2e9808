/**
 * The certificate under which a node shows its key in TLS. It says nothing but the key: the name in it is the
 * same for all nodes, it never expires, and the other side reads neither. Made anew at every start, never stored.
 *
 * Node has no function that makes certificates. This is all there is to one without extensions; see
 * docs/decisions/0012-own-certificate-writer.md for why no library does it.
 */
import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import { der, DER_TAG, derText } from './der.ts';

/** `id-Ed25519` and `sha256WithRSAEncryption`, as AlgorithmIdentifier. */
const ALGORITHMS = {
  ed25519: Buffer.from('300506032b6570', 'hex'),
  rsa: Buffer.from('300d06092a864886f70d01010b0500', 'hex'),
} as const;

/** `id-at-commonName`. */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const VERSION_3 = der(DER_TAG.context0, der(DER_TAG.integer, Buffer.of(2)));
const SERIAL_NUMBER = der(DER_TAG.integer, Buffer.of(1));
/** No expiry: RFC 5280, 4.1.2.5. The beginning lies before any clock that is set at all. */
const VALIDITY = der(
  DER_TAG.sequence,
  derText(DER_TAG.generalizedTime, '20000101000000Z'),
  derText(DER_TAG.generalizedTime, '99991231235959Z'),
);

/** The X.509 certificate (PEM) of a private key, Ed25519 or RSA, signed by that key itself. */
export function selfSignedCertificate(key: KeyObject): string {
  const isEd25519 = key.asymmetricKeyType === 'ed25519';
  const algorithm = isEd25519 ? ALGORITHMS.ed25519 : ALGORITHMS.rsa;
  const content = der(
    DER_TAG.sequence,
    VERSION_3,
    SERIAL_NUMBER,
    algorithm,
    nameOf('hearsay'),
    VALIDITY,
    nameOf('hearsay'),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  );
  const signature = sign(isEd25519 ? null : 'sha256', content, key);
  const bits = der(DER_TAG.bitString, Buffer.of(0), signature);
  return asPem(der(DER_TAG.sequence, content, algorithm, bits));
}

function nameOf(common: string): Uint8Array {
  const pair = der(DER_TAG.sequence, COMMON_NAME, derText(DER_TAG.utf8String, common));
  return der(DER_TAG.sequence, der(DER_TAG.set, pair));
}

function asPem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
