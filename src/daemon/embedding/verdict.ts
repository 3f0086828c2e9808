/**
 * What a program is given of an announcement, and what it may say to it. Words and shapes are those of the
 * client library, so that a validator written for one serves the other.
 */

/**
 * `accept`: the data is well-formed and may travel on. `reject`: it is not, and stops here. `ignore`: this
 * program does not judge; the message travels on if another subscriber of this node accepts it and none
 * rejects it.
 */
export type Verdict = 'accept' | 'reject' | 'ignore';

/** What a validator says: a {@link Verdict}, true for 'accept', or false for 'reject'. */
export type ValidatorAnswer = Verdict | boolean;

/** What is judged: an announcement that has reached this node. */
export interface Judged {
  /** 0 … 65,535. */
  readonly dataType: number;
  /** The node's number for this notification in this subscription, 1 … 65,535. */
  readonly messageId: number;
  /** The bytes as they were announced, 0 … 65,519 of them; the subscription's own copy. */
  readonly data: Uint8Array;
}

/**
 * The same, to be answered by a call. The first of `accept`, `reject` and `ignore` is its verdict. Each returns
 * whether the call counted: false if it was answered before, if the node's time for it is up, or if the
 * subscription has ended. An item that is never answered is ignored when that time is up.
 */
export interface Received extends Judged {
  accept(): boolean;
  reject(): boolean;
  ignore(): boolean;
}

/** What a validator may want to know beside the data. */
export interface ValidationContext {
  /** Fires within a second of when the verdict no longer counts, although none was given. */
  readonly signal: AbortSignal;
}

/**
 * Judges what arrives, at once or later. What takes longer than the node's `validationTimeoutMillis` counts as
 * `ignore`; so does a validator that throws, rejects or returns anything else, and that is reported as
 * `validator-failed`.
 */
export type Validator = (
  received: Judged,
  context: ValidationContext,
) => ValidatorAnswer | PromiseLike<ValidatorAnswer>;

/**
 * Takes what was accepted unseen. What it throws is reported as `validator-failed`; a promise is not waited
 * for.
 */
export type Handler = (received: Judged) => unknown;
