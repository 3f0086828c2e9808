/** A node's own identity: its key, what it is called by, and how it shows itself. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { PeerIdentity } from '../../core/settings.ts';
import { selfSignedCertificate } from './certificate.ts';
import { loadOrMakeKey } from './key-file.ts';
import { describeKey, identityOf } from './keys.ts';

export interface NodeIdentity {
  readonly identity: PeerIdentity;
  /** `Ed25519` or `RSA 2048`. */
  readonly keyType: string;
  /** Where the key is stored; undefined if it lives in memory only. */
  readonly path: string | undefined;
  /** PEM, both. Neither is ever logged. */
  readonly privateKey: string;
  readonly certificate: string;
}

/** The identity whose key stands in a file, which is made if it is not there. @throws KeyFileError */
export function storedIdentity(path: string): NodeIdentity {
  return fromKey(loadOrMakeKey(path), path);
}

/** An identity that ends with the process. */
export function temporaryIdentity(): NodeIdentity {
  return fromKey(generateKeyPairSync('ed25519').privateKey, undefined);
}

function fromKey(key: KeyObject, path: string | undefined): NodeIdentity {
  return {
    identity: identityOf(createPublicKey(key)),
    keyType: describeKey(key),
    path,
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: selfSignedCertificate(key),
  };
}
