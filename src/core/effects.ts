/**
 * Everything a node can do, as plain data, and the outbox in which handlers put it. Nothing happens until
 * the handler returns, so no handler is ever entered twice, and "what did it do" is a comparison of values.
 */
import type { U64 } from '../basics/integers.ts';
import type { Address } from '../wire/address.ts';
import type { PeerMessage } from '../wire/peer-messages.ts';
import type { NodeEvent } from './events.ts';
import type { ClientId, LinkId } from './inputs.ts';
import type { Lane } from './lanes.ts';
import type { PeerName } from './settings.ts';

export type Effect =
  /**
   * Queue one message on each of `links`. The message is valid only until the next input: encode it now.
   * `own` marks announcements of local clients, and what must not overtake them: the host drops it last. `isReply`
   * marks what the peer has asked for. Which of what waits goes first, lanes.ts says. `tag`: for `unsend`.
   */
  | {
      readonly kind: 'send';
      readonly links: readonly LinkId[];
      readonly message: PeerMessage;
      readonly own: boolean;
      readonly isReply?: true;
      readonly tag?: number | undefined;
    }
  /** The peers turn out to have what was sent with this tag: what has not begun to leave need not. */
  | { readonly kind: 'unsend'; readonly links: readonly LinkId[]; readonly tag: number }
  /** Connect; answered by `link-opened` with this address as `dialled`, or by `dial-failed`. */
  | { readonly kind: 'dial'; readonly address: Address }
  /** Look a name up; answered by `resolved`. */
  | { readonly kind: 'resolve'; readonly name: PeerName }
  /** Send what is queued, for a second at most, then close. The core has forgotten the link already. */
  | { readonly kind: 'hang-up'; readonly link: LinkId }
  /**
   * Find a nonce for a challenge; replaces an earlier job of the same link. Answered by `proof-found`,
   * unless the link is gone by then.
   */
  | {
      readonly kind: 'solve';
      readonly link: LinkId;
      readonly challenge: U64;
      readonly difficulty: number;
      /** Give up when all jobs of this link together, until `cancel-proofs`, have taken this many hashes. */
      readonly hashesMax: number;
    }
  /** Nobody waits for the proof of this link any more, nor for its offers'. */
  | { readonly kind: 'cancel-proofs'; readonly link: LinkId }
  /** Find a nonce that makes the whole 506 start with 16 zero bits; answered by `offer-proven`. */
  | {
      readonly kind: 'prove-offer';
      readonly link: LinkId;
      readonly challenge: U64;
      readonly text: Uint8Array;
    }
  /** Queue one 502 for each of `clients`; `data` is valid only until the next input. */
  | {
      readonly kind: 'notify';
      readonly clients: readonly ClientId[];
      readonly messageId: number;
      readonly dataType: number;
      readonly data: Uint8Array;
    }
  /** Close a client's connection after what is queued for it. The core has forgotten it already. */
  | { readonly kind: 'drop-client'; readonly client: ClientId }
  /** Stop, or start again, to read from a client or a link. */
  | { readonly kind: 'pause-client'; readonly client: ClientId }
  | { readonly kind: 'resume-client'; readonly client: ClientId }
  | { readonly kind: 'pause-link'; readonly link: LinkId }
  | { readonly kind: 'resume-link'; readonly link: LinkId }
  /** Something worth a log line or a counter happened. */
  | { readonly kind: 'report'; readonly event: NodeEvent };

/** Where a message waits until it can be sent. */
export function laneOf({ message, own, isReply }: Extract<Effect, { kind: 'send' }>): Lane {
  if (own) return 'own';
  if (message.kind !== 'peer-announce') return 'control';
  return isReply === true ? 'reply' : 'forward';
}

/** Collects the effects of one input, in order. */
export class Outbox {
  #effects: Effect[] | undefined;

  put(effect: Effect): void {
    // Most inputs have one effect, and an empty array that is pushed to makes room for seventeen.
    if (this.#effects === undefined) this.#effects = [effect];
    else this.#effects.push(effect);
  }

  send(link: LinkId, message: PeerMessage): void {
    this.put({ kind: 'send', links: [link], message, own: false });
  }

  report(event: NodeEvent): void {
    this.put({ kind: 'report', event });
  }

  /** Hands over what was collected and starts anew. */
  take(): readonly Effect[] {
    const effects = this.#effects ?? NOTHING;
    this.#effects = undefined;
    return effects;
  }
}

const NOTHING: readonly Effect[] = [];
