/** What the exchange is told by the rooms around it. */
import type { U64 } from '../../basics/integers.ts';
import type { Interest } from '../../wire/extension-messages.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant } from '../settings.ts';

export interface ExchangeSurroundings<M> {
  /** Whether this node has a use for messages of a type. */
  readonly wants: (dataType: number) => boolean;
  /** Whether this link may bring a new message of a type now. */
  readonly mayBring: (link: LinkId, dataType: number, now: Instant) => boolean;
  /** Whether a copy with this TTL would carry a message farther than the best so far. */
  readonly wouldImprove: (message: M, ttl: number) => boolean;
  /** A message is no longer kept. */
  readonly onForgotten: (message: M) => void;
  /** A peer that named a message was asked for it and has not answered. */
  readonly onBrokenPromise: (link: LinkId) => void;
  /** The types that local programs subscribe to. */
  readonly interest: () => Interest;
}

/** A message that is not tracked, or not any more. */
export interface Former {
  readonly id: U64;
  readonly dataType: number;
  readonly data: Uint8Array;
}
