/**
 * What a peer's certificate says about who it is: its key, and nothing else. Names, dates and extensions are
 * never looked at, so there is nothing in them that could mislead a node or break it. That the peer holds the
 * key was proven by the handshake.
 */
import type { KeyObject, X509Certificate } from 'node:crypto';
import type { PeerIdentity } from '../../core/settings.ts';
import { ALLOWED_KEYS, identityOf, isDegenerate, keyProblem } from './keys.ts';

/** One with a key of RSA 4,096 takes some 1,200 bytes. */
export const CERTIFICATE_BYTES_MAX = 2_048;

export type PeerCertificate =
  | { readonly kind: 'identity'; readonly identity: PeerIdentity }
  /** `reason` is one sentence, without text from the certificate. */
  | { readonly kind: 'unusable'; readonly reason: string };

export function readPeerCertificate(certificate: X509Certificate): PeerCertificate {
  const bytes = certificate.raw.length;
  if (bytes > CERTIFICATE_BYTES_MAX) {
    return unusable(`the certificate has ${bytes} bytes, more than ${CERTIFICATE_BYTES_MAX}`);
  }
  let key: KeyObject;
  try {
    key = certificate.publicKey;
  } catch {
    return unusable('the key in the certificate cannot be read');
  }
  const problem = keyProblem(key);
  if (problem !== undefined) return unusable(`${problem}; a key is ${ALLOWED_KEYS}`);
  if (isDegenerate(key)) return unusable('the key is one that anybody can sign for');
  return { kind: 'identity', identity: identityOf(key) };
}

function unusable(reason: string): PeerCertificate {
  return { kind: 'unusable', reason };
}
