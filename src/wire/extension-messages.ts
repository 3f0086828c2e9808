/**
 * The messages 520 to 529, which only nodes exchange that have told each other that they understand them
 * (the lowest reserved bit of 507 and of 510, then 520). Reserved fields are sent as 0 and ignored.
 *
 *     520 HELLO         header, version 8, reserved 8, history window 16, features 32, count 16, types 16 × count
 *     521 INTEREST      header, count 16, types 16 × count
 *     522 HAVE          header, entries of 24 bytes: digest 128, data type 16, size 16, TTL 8, reserved 8, age 16
 *     523 WANT          header, digests of 16 bytes
 *     524 DONT WANT     header, digests of 16 bytes
 *     525 GONE          header, digests of 16 bytes
 *     526 PUSH          header, digests of 16 bytes
 *     527 RECONCILE     header, exchange 16, window 16, reserved 16, count 16, ranges (see reconciliation.ts)
 *     528 PING          header, token 32
 *     529 PONG          header, token 32
 *
 * Announcements are named by their digests, see digest.ts. Bytes and back: extension-codec.ts.
 */
import type { MessageDigest } from './digest.ts';
import type { Range } from './reconciliation.ts';

/** The version of the extension that is spoken here. */
export const EXTENSION_VERSION = 1;
/** Count that says: more data types than are worth listing; take me for subscribed to all. */
export const MANY_TYPES = 0xffff;
/** Data types listed in one message; with more, {@link MANY_TYPES} is said. */
export const TYPES_MAX = 1_024;
/** Entries in one HAVE. */
export const HAVES_MAX = 512;
/** Digests in one WANT, DONT WANT, GONE or PUSH. */
export const DIGESTS_MAX = 512;

/** Bits of `features`; those that are not known are ignored. */
export const Feature = {
  /** The sender forwards messages that none of its own programs subscribed to. */
  relaysAll: 1,
} as const;

/** Bytes in a 520 before its types: header, version, reserved, window, features, count. */
export const HELLO_HEAD_BYTES = 14;
/** Bytes in a 521 before its types: header, count. */
export const INTEREST_HEAD_BYTES = 6;
/** Bytes of one data type. */
export const TYPE_BYTES = 2;
/** Bytes of one entry of a 522. */
export const HAVE_BYTES = 24;
/** Bytes in a 527 before its ranges: header, exchange, window, reserved, count. */
export const RECONCILE_HEAD_BYTES = 12;
/** Bytes in a 528 and in a 529: header, token. */
export const PING_BYTES = 8;

/** The data types that programs at a node subscribe to; `many`: too many to list. */
export type Interest = readonly number[] | 'many';

/** 520, the first message of either side after the link has opened. */
export interface PeerHello {
  readonly kind: 'peer-hello';
  /** 1 …; the lower one of both sides is spoken. */
  readonly version: number;
  /** For so many seconds the sender keeps messages for those who missed them; 65,535 is that or more. */
  readonly historySeconds: number;
  /** See {@link Feature}. */
  readonly features: number;
  readonly interest: Interest;
}

/** 521: the subscriptions have changed; replaces those of the 520. */
export interface PeerInterest {
  readonly kind: 'peer-interest';
  readonly interest: Interest;
}

/** What one message is like that the sender of a 522 can give. */
export interface HaveEntry {
  readonly digest: MessageDigest;
  readonly dataType: number;
  /** Bytes of its data, 0 … 65,519. */
  readonly size: number;
  /** The TTL it would be sent with: 1 … 255, 0 is without limit. */
  readonly ttl: number;
  /** Whole seconds since it was announced, as far as the sender knows; 65,535 is that or more. */
  readonly age: number;
}

/** 522: "ask me for these if you lack them". */
export interface PeerHave {
  readonly kind: 'peer-have';
  readonly entries: readonly HaveEntry[];
}

/** A message that is a list of digests. */
interface DigestList<Kind extends string> {
  readonly kind: Kind;
  readonly digests: readonly MessageDigest[];
}

/** 523: "send me these". Each is answered by a 504 or named in a 525. */
export type PeerWant = DigestList<'peer-want'>;

/** 524: "I have these, do not send them". */
export type PeerDontWant = DigestList<'peer-dont-want'>;

/** 525: "you asked for these, but I do not have them, or not for you". */
export type PeerGone = DigestList<'peer-gone'>;

/** 526: "your 522 was the first that I heard of these: messages like them are worth sending to me whole". */
export type PeerPush = DigestList<'peer-push'>;

/** 527: a step of finding out what one of the two has and the other lacks. */
export interface PeerReconcile {
  readonly kind: 'peer-reconcile';
  /** Chosen by whoever began; the same in all messages of one exchange. */
  readonly exchange: number;
  /** Only messages younger than this many seconds count. */
  readonly windowSeconds: number;
  readonly ranges: readonly Range[];
}

/** 528: "are you there?" */
export interface PeerPing {
  readonly kind: 'peer-ping';
  readonly token: number;
}

/** 529: "yes". */
export interface PeerPong {
  readonly kind: 'peer-pong';
  readonly token: number;
}

export type ExtensionMessage =
  | PeerHello
  | PeerInterest
  | PeerHave
  | PeerWant
  | PeerDontWant
  | PeerGone
  | PeerPush
  | PeerReconcile
  | PeerPing
  | PeerPong;

/** The kinds of all messages of the extension. */
export const EXTENSION_KINDS = [
  'peer-hello',
  'peer-interest',
  'peer-have',
  'peer-want',
  'peer-dont-want',
  'peer-gone',
  'peer-push',
  'peer-reconcile',
  'peer-ping',
  'peer-pong',
] as const satisfies readonly ExtensionMessage['kind'][];
