/**
 * Signs data for the overlay, whose protocol does not say who announced. Nodes carry it like any other.
 *
 *     const signer = createSigner();
 *     await client.announce(1337, signer.sign(1337, 'hello'));
 */
import { generateKeyPairSync, randomInt, sign as signBytes, type KeyObject } from 'node:crypto';
import { checkData, checkDataType } from '../limits.ts';
import { badOption, checkFunction, checkOptions, checkWhole } from '../options.ts';
import {
  putSignature,
  SEQUENCE_MAX,
  SIGNED_PAYLOAD_BYTES_MAX,
  signedBytes,
  writeEnvelope,
} from './envelope.ts';
import { publicKeyBytes, readPrivateKey, type PrivateKey } from './keys.ts';

export interface SignerOptions {
  /** Default: a new key, which is gone with the process unless {@link Signer.privateKey} is exported. */
  readonly privateKey?: PrivateKey | undefined;
  /** Milliseconds until what is signed expires, 1 … 2^53 − 1. Default 600,000, as long as nodes remember. */
  readonly lifetime?: number | undefined;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

export interface SignOptions {
  /** When it expires, in milliseconds since 1970, 0 … 2^53 − 1. Default: {@link SignerOptions.lifetime} from now. */
  readonly expires?: number | undefined;
  /**
   * Its sequence number, 0 … 2^64 − 1, used for nothing else under this key. Default: the time in milliseconds
   * in the upper 48 bits and chance in the lower 16, but always more than the one before; so it needs no
   * memory across restarts, as long as the clock is not set back. After the highest one there is none.
   */
  readonly sequence?: bigint | number | undefined;
}

export interface Signer {
  /** The public key, 64 hexadecimal digits: what others list in `allowedKeys`. */
  readonly sender: string;
  /** Its 32 bytes, in a copy. */
  readonly publicKey: Uint8Array;
  /** To be kept, with `privateKey.export({ format: 'pem', type: 'pkcs8' })`. */
  readonly privateKey: KeyObject;
  /**
   * An envelope (docs/guides/write-a-validator.md has its bytes) with `data`, a string as UTF-8 or bytes, at
   * most 65,403 of them, to be announced as `dataType`, 0 … 65,535, and as no other.
   *
   * @throws ClientError `bad-type`, `bad-data`, `data-too-large`, `bad-option`.
   */
  sign(dataType: number, data: Uint8Array | string, options?: SignOptions): Uint8Array;
}

/** As long as nodes remember what they have seen. */
const LIFETIME = 600_000;

/** @throws ClientError `bad-key`, `bad-option`. */
export function createSigner(options: SignerOptions = {}): Signer {
  checkOptions('createSigner()', options, ['privateKey', 'lifetime', 'now']);
  const { privateKey, lifetime = LIFETIME, now = Date.now } = options;
  checkWhole('lifetime', lifetime, 1, Number.MAX_SAFE_INTEGER);
  checkFunction('now', now);
  const key =
    privateKey === undefined
      ? generateKeyPairSync('ed25519').privateKey
      : readPrivateKey(privateKey);
  return new Ed25519Signer(key, lifetime, now);
}

class Ed25519Signer implements Signer {
  readonly sender: string;
  readonly privateKey: KeyObject;
  readonly #publicKey: Uint8Array;
  readonly #lifetime: number;
  readonly #now: () => number;
  #lastSequence = -1n;

  constructor(privateKey: KeyObject, lifetime: number, now: () => number) {
    this.privateKey = privateKey;
    this.#publicKey = publicKeyBytes(privateKey);
    this.sender = Buffer.from(this.#publicKey).toString('hex');
    this.#lifetime = lifetime;
    this.#now = now;
  }

  get publicKey(): Uint8Array {
    return new Uint8Array(this.#publicKey);
  }

  sign(dataType: number, data: Uint8Array | string, options: SignOptions = {}): Uint8Array {
    checkDataType(dataType);
    const payload = checkData(data, SIGNED_PAYLOAD_BYTES_MAX);
    checkOptions('sign()', options, ['expires', 'sequence']);
    const { expires = this.#defaultExpiry() } = options;
    checkWhole('expires', expires, 0, Number.MAX_SAFE_INTEGER);
    const sequence = this.#sequence(options.sequence);
    const envelope = writeEnvelope({
      publicKey: this.#publicKey,
      sequence,
      expires: BigInt(expires),
      payload,
    });
    putSignature(envelope, signBytes(null, signedBytes(dataType, envelope), this.privateKey));
    return envelope;
  }

  #defaultExpiry(): number {
    return Math.min(Math.floor(this.#now()) + this.#lifetime, Number.MAX_SAFE_INTEGER);
  }

  #sequence(given: bigint | number | undefined): bigint {
    const sequence = given === undefined ? this.#nextSequence() : readSequence(given);
    if (sequence > this.#lastSequence) this.#lastSequence = sequence;
    return sequence;
  }

  #nextSequence(): bigint {
    const byTime = (BigInt(Math.floor(this.#now())) << 16n) | BigInt(randomInt(65_536));
    const following = this.#lastSequence + 1n;
    const next = byTime > following ? byTime : following;
    if (next > SEQUENCE_MAX) throw badOption('sequence', ALL_USED, undefined);
    return next;
  }
}

const ALL_USED = 'given: the highest there is was used, and none comes after it';

function readSequence(given: unknown): bigint {
  const isWhole = typeof given === 'bigint' || Number.isSafeInteger(given);
  // Proof of the cast: it is one of the two.
  const sequence = isWhole ? BigInt(given as bigint | number) : -1n;
  if (sequence >= 0n && sequence <= SEQUENCE_MAX) return sequence;
  throw badOption('sequence', 'a whole number from 0 to 2^64 − 1', given);
}
