/** The exporter of TLS 1.3 (RFC 8446, section 7.5) from its secret, as docs/protocol.md tells implementers. */
import { createHash, createHmac } from 'node:crypto';

/** `hash` is that of the cipher suite: `sha256` or `sha384`. */
export function exportedKey(
  hash: string,
  secret: Uint8Array,
  { label, context, bytes }: { label: string; context: Uint8Array; bytes: number },
): Buffer {
  const digest = (data: Uint8Array): Buffer => createHash(hash).update(data).digest();
  const derived = expandLabel(hash, secret, label, digest(Buffer.alloc(0)), secret.length);
  return expandLabel(hash, derived, 'exporter', digest(context), bytes);
}

/** HKDF-Expand-Label (RFC 8446, section 7.1) of at most one block of the hash. */
function expandLabel(
  hash: string,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  bytes: number,
): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = [[0, bytes, name.length], name, [context.length], context, [1]];
  const block = createHmac(hash, secret).update(
    Buffer.concat(info.map((part) => Buffer.from(part))),
  );
  return block.digest().subarray(0, bytes);
}
