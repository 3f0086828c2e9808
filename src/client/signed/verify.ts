/**
 * Checks signed data once: its form, its expiry, its signature, from what is cheap to what is not. Nothing is
 * remembered here; verifier.ts does that.
 */
import { verify as verifyBytes, type KeyObject } from 'node:crypto';
import { checkData, checkDataType } from '../limits.ts';
import { checkFunction, checkOptions, checkWhole } from '../options.ts';
import { readEnvelope, signedBytes, type Envelope } from './envelope.ts';
import { isWeak, publicKeyObject } from './keys.ts';
import { nameOf } from './senders.ts';

/** What may be wrong with signed data. */
export const SIGNED_PROBLEMS = [
  /** It is too short, or does not begin as signed data does. */
  'not-signed',
  /** It is signed data of another version than 1. */
  'unknown-version',
  /** Its sender is not among the `allowedKeys`. */
  'stranger',
  /** It expired longer ago than `clockTolerance`. */
  'expired',
  /** It expires later than `lifetimeMax` and `clockTolerance` from now: nobody could be kept from replaying it. */
  'expires-too-late',
  /** Its sequence number was used before by the same sender. */
  'replayed',
  /** Its sequence number is too low for knowing whether it was used. */
  'outdated',
  /** Its signature is wrong, or made for another data type. */
  'bad-signature',
] as const;

export type SignedProblem = (typeof SIGNED_PROBLEMS)[number];

/** Signed data that is all right. */
export interface SignedMessage {
  readonly dataType: number;
  /** The sender's public key, 64 hexadecimal digits. */
  readonly sender: string;
  /** 0 … 2^64 − 1. */
  readonly sequence: bigint;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** A view into the data it came in. */
  readonly payload: Uint8Array;
}

export type SignedResult =
  | { readonly ok: true; readonly message: SignedMessage }
  | { readonly ok: false; readonly problem: SignedProblem };

export interface VerifyOptions {
  /** Milliseconds by which clocks may differ, from 0. Default 30,000. */
  readonly clockTolerance?: number | undefined;
  /** Milliseconds that a message may at most have left until it expires, from 1. Default 86,400,000: a day. */
  readonly lifetimeMax?: number | undefined;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** The names in {@link VerifyOptions}. */
export const VERIFY_OPTIONS: readonly string[] = ['clockTolerance', 'lifetimeMax', 'now'];

const CLOCK_TOLERANCE = 30_000;
const LIFETIME_MAX = 86_400_000;

/**
 * Checks `data` that was announced as `dataType`: its form, expiry and signature. Whether it is a replay, and
 * whether its sender may speak, is for the caller to judge.
 *
 * @throws ClientError `bad-type`, `bad-data`, `bad-option` for a wrong call; never because of what `data` says.
 */
export function verify(
  dataType: number,
  data: Uint8Array,
  options: VerifyOptions = {},
): SignedResult {
  checkDataType(dataType);
  const bytes = checkData(data, Number.POSITIVE_INFINITY);
  checkOptions('verify()', options, VERIFY_OPTIONS);
  const times = readTimes(options);
  const envelope = readEnvelope(bytes);
  if (typeof envelope === 'string') return { ok: false, problem: envelope };
  const problem =
    expiryProblem(envelope, times) ??
    signatureProblem(dataType, bytes, envelope, publicKeyObject(envelope.publicKey));
  return problem === undefined
    ? { ok: true, message: messageOf(dataType, envelope) }
    : { ok: false, problem };
}

/** The options, complete. */
export type Times = { readonly [K in keyof VerifyOptions]-?: NonNullable<VerifyOptions[K]> };

/** @throws ClientError `bad-option`. */
export function readTimes(options: VerifyOptions): Times {
  const { clockTolerance = CLOCK_TOLERANCE, lifetimeMax = LIFETIME_MAX, now = Date.now } = options;
  checkWhole('clockTolerance', clockTolerance, 0, Number.MAX_SAFE_INTEGER);
  checkWhole('lifetimeMax', lifetimeMax, 1, Number.MAX_SAFE_INTEGER);
  checkFunction('now', now);
  return { clockTolerance, lifetimeMax, now };
}

/** Undefined if it has not expired and will in time. */
export function expiryProblem({ expires }: Envelope, times: Times): SignedProblem | undefined {
  const { clockTolerance, lifetimeMax, now } = times;
  // Exact up to 2^53; what lies beyond is too late in any case.
  const remaining = Number(expires) - now();
  // Asked this way round, a clock that gives no number lets nothing pass.
  if (!(remaining >= -clockTolerance)) return 'expired';
  return remaining > lifetimeMax + clockTolerance ? 'expires-too-late' : undefined;
}

/** Undefined if the signature is right; `key` is that of `envelope.publicKey`. */
export function signatureProblem(
  dataType: number,
  bytes: Uint8Array,
  { publicKey, signature }: Envelope,
  key: KeyObject,
): SignedProblem | undefined {
  const isRight =
    !isWeak(publicKey) && verifyBytes(null, signedBytes(dataType, bytes), key, signature);
  return isRight ? undefined : 'bad-signature';
}

export function messageOf(dataType: number, envelope: Envelope): SignedMessage {
  const { publicKey, sequence, expires, payload } = envelope;
  return { dataType, sender: nameOf(publicKey), sequence, expires: Number(expires), payload };
}
