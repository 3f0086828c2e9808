/** What the exchange is told by the rooms around it. */
import type { Interest } from '../../wire/extension-messages.ts';

export interface ExchangeSurroundings<M> {
  /** Whether this node has a use for messages of a type. */
  readonly wants: (dataType: number) => boolean;
  /** Whether a copy with this TTL would carry a message farther than the best so far. */
  readonly wouldImprove: (message: M, ttl: number) => boolean;
  /** The data of a message that waits for its verdicts. */
  readonly dataOf: (message: M) => Uint8Array;
  /** A message is no longer kept. */
  readonly onForgotten: (message: M) => void;
  /** The types that local programs subscribe to. */
  readonly interest: () => Interest;
}
