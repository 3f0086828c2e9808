/**
 * Signed data, byte for byte: what stands in an announcement, and what its signature is computed over.
 *
 *     offset   bytes
 *          0       3   magic: 48 53 44 ("HSD")
 *          3       1   version: 01
 *          4      32   the sender's Ed25519 public key
 *         36       8   sequence number, unsigned, most significant byte first
 *         44       8   expiry in milliseconds since 1970-01-01T00:00:00Z, likewise
 *         52       n   payload, 0 … 65,403 bytes
 *     52 + n      64   Ed25519 signature (RFC 8032, without prehashing)
 *
 * The signature covers the 22 bytes of {@link SIGNED_DOMAIN}, the data type in two bytes, and the envelope up
 * to the signature. So it holds for one data type only, and for nothing that another protocol signs with the
 * same key. There is no length field that could disagree with the length: what precedes the signature is the
 * payload, and any byte too many or too few breaks the signature.
 */
import { readU16, writeU16 } from '../../basics/integers.ts';
import { DATA_BYTES_MAX } from '../../wire/message-types.ts';

/** The ASCII text `hearsay signed data 1` and a zero byte. */
export const SIGNED_DOMAIN: Uint8Array = Buffer.from('hearsay signed data 1\0', 'latin1');
export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** Sequence numbers are 0 to this. */
export const SEQUENCE_MAX: bigint = 2n ** 64n - 1n;

const MAGIC = 0x48_53_44;
const VERSION = 1;
const KEY_AT = 4;
const SEQUENCE_AT = KEY_AT + KEY_BYTES;
const EXPIRES_AT = SEQUENCE_AT + 8;
const PAYLOAD_AT = EXPIRES_AT + 8;

/** Bytes that an envelope adds to its payload: 116. */
export const SIGNED_OVERHEAD_BYTES = PAYLOAD_AT + SIGNATURE_BYTES;
/** The largest payload whose envelope fits into one announcement: 65,403 bytes. */
export const SIGNED_PAYLOAD_BYTES_MAX = DATA_BYTES_MAX - SIGNED_OVERHEAD_BYTES;

/** What an envelope says. The byte arrays are 32 bytes, and at most {@link SIGNED_PAYLOAD_BYTES_MAX}. */
export interface Content {
  readonly publicKey: Uint8Array;
  /** 0 … 2^64 − 1. */
  readonly sequence: bigint;
  /** Milliseconds since 1970, 0 … 2^64 − 1. */
  readonly expires: bigint;
  readonly payload: Uint8Array;
}

/** An envelope that was taken apart; the arrays are views into it. Its signature is not checked yet. */
export interface Envelope extends Content {
  readonly signature: Uint8Array;
}

/** What makes bytes no envelope. */
export type EnvelopeProblem = 'not-signed' | 'unknown-version';

/** An envelope whose signature is still zeros, for {@link signedBytes} and then {@link putSignature}. */
export function writeEnvelope({ publicKey, sequence, expires, payload }: Content): Uint8Array {
  const envelope = new Uint8Array(SIGNED_OVERHEAD_BYTES + payload.length);
  const view = new DataView(envelope.buffer);
  view.setUint32(0, MAGIC * 256 + VERSION);
  envelope.set(publicKey, KEY_AT);
  view.setBigUint64(SEQUENCE_AT, sequence);
  view.setBigUint64(EXPIRES_AT, expires);
  envelope.set(payload, PAYLOAD_AT);
  return envelope;
}

/** Writes the signature, 64 bytes, to its place. */
export function putSignature(envelope: Uint8Array, signature: Uint8Array): void {
  envelope.set(signature, envelope.length - SIGNATURE_BYTES);
}

/** Takes bytes apart, which may be anything. */
export function readEnvelope(bytes: Uint8Array): Envelope | EnvelopeProblem {
  const tooShort = bytes.length < SIGNED_OVERHEAD_BYTES;
  if (tooShort || readU16(bytes, 0) * 256 + bytes[2]! !== MAGIC) return 'not-signed';
  if (bytes[3] !== VERSION) return 'unknown-version';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const payloadEnd = bytes.length - SIGNATURE_BYTES;
  return {
    publicKey: bytes.subarray(KEY_AT, SEQUENCE_AT),
    sequence: view.getBigUint64(SEQUENCE_AT),
    expires: view.getBigUint64(EXPIRES_AT),
    payload: bytes.subarray(PAYLOAD_AT, payloadEnd),
    signature: bytes.subarray(payloadEnd),
  };
}

/** What the signature of an envelope is computed over, in a copy. */
export function signedBytes(dataType: number, envelope: Uint8Array): Uint8Array {
  const unsigned = envelope.subarray(0, envelope.length - SIGNATURE_BYTES);
  const bytes = new Uint8Array(SIGNED_DOMAIN.length + 2 + unsigned.length);
  bytes.set(SIGNED_DOMAIN);
  writeU16(dataType, bytes, SIGNED_DOMAIN.length);
  bytes.set(unsigned, SIGNED_DOMAIN.length + 2);
  return bytes;
}
