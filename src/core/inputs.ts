/**
 * Everything that can happen to a node. The host (daemon or simulator) turns the world into these, hands
 * them to `GossipNode.handle` one at a time, and carries out the effects that come back.
 *
 * The host's contract:
 * - `now` never runs backwards.
 * - Effects are carried out in order, all of them, before the next input. Carrying one out neither throws
 *   nor waits; a failure comes back as an input later. `handle` is never called while effects are carried
 *   out.
 * - The host numbers links and clients, from 0 on or higher, and never uses a number twice.
 * - After a `hang-up` effect the host delivers nothing more of that link, not even `link-closed`; the same
 *   for a client after `drop-client`.
 * - Byte arrays in an input may be views into a larger buffer; the core copies what it keeps.
 */
import type { U64 } from '../basics/integers.ts';
import type { Address } from '../wire/address.ts';
import type { MessageType } from '../wire/message-types.ts';
import type { PeerMessage } from '../wire/peer-messages.ts';
import type { Violation } from '../wire/violation.ts';
import type { Millis, PeerIdentity, PeerName } from './settings.ts';

export type LinkId = number;
export type ClientId = number;

/** In place of a link: this node itself. */
export const OURSELVES: LinkId = -1;

/**
 * How full a send queue is. `low`: all is well. `high`: above its high-water mark, until it has fallen well
 * below. `full`: what is sent now is dropped.
 */
export type QueueLevel = 'low' | 'high' | 'full';

/** The state of a send queue, told whenever one of the two changes. */
export interface QueueState {
  readonly level: QueueLevel;
  /** False while the other side has taken hardly anything for a while although there was a lot to take. */
  readonly isMoving: boolean;
}

/** What both ends of a link know once TLS stands on it, and nobody else can. */
export interface Secured {
  /** Whose key the other side has shown that it holds. */
  readonly identity: PeerIdentity;
  /**
   * The challenge of each round of the proof of work, from the first: 16 of them, see docs/protocol.md. They are
   * drawn from this very channel, so that what is solved on it is worth nothing on another.
   */
  readonly challenges: readonly U64[];
}

/** Everybody who shows a key, or everybody on a host (canonical; of IPv6 beyond its own network the whole /64). */
export type Whom = { readonly identity: PeerIdentity } | { readonly host: string };

export type Input =
  /** The listeners are up: look for peers. The first input, once. */
  | { readonly kind: 'start' }
  /** A TCP connection stands, and TLS on it where it is spoken; nothing was sent on it yet. */
  | {
      readonly kind: 'link-opened';
      readonly link: LinkId;
      /** The address we dialled, or undefined if the other side dialled us. */
      readonly dialled: Address | undefined;
      /** The remote end of the connection, host canonical. */
      readonly remote: Address;
      /** Our end of it. */
      readonly local: Address;
      /** Undefined on plain TCP. The settings' `ownIdentity` is set if and only if this is. */
      readonly secured?: Secured | undefined;
    }
  /** A `dial` came to nothing: refused, unreachable, timed out. */
  | { readonly kind: 'dial-failed'; readonly address: Address; readonly reason: string }
  /** The other side closed the link, it broke, or the host gave it up (slow peer). */
  | { readonly kind: 'link-closed'; readonly link: LinkId; readonly reason: string }
  /** One message from a peer. */
  | { readonly kind: 'message'; readonly link: LinkId; readonly message: PeerMessage }
  /**
   * The header of a message has come, its rest has not. The host says so once for such a message, so that
   * nobody has to wait for 64 KiB that are out of place; it may leave it out.
   */
  | { readonly kind: 'message-begun'; readonly link: LinkId; readonly messageType: MessageType }
  /** What came on a link is no message. */
  | { readonly kind: 'garbage'; readonly link: LinkId; readonly violation: Violation }
  | { readonly kind: 'link-queue'; readonly link: LinkId; readonly queue: QueueState }
  /** Answer to `resolve`: all addresses of the name, canonical; none if it is unknown for now. */
  | {
      readonly kind: 'resolved';
      readonly name: PeerName;
      readonly addresses: readonly Address[];
    }
  /** Answer to `solve`; undefined: `hashesMax` was used up. */
  | { readonly kind: 'proof-found'; readonly link: LinkId; readonly nonce: U64 | undefined }
  /** Answer to `prove-offer`: the complete body of the 506 (challenge, nonce, text). */
  | { readonly kind: 'offer-proven'; readonly link: LinkId; readonly body: Uint8Array }
  /** The time that `nextDeadline()` named has come. Early or extra wakes do no harm. */
  | { readonly kind: 'wake' }
  /** A local program connected. */
  | { readonly kind: 'client-joined'; readonly client: ClientId }
  /** A local program (or, without `client`, the process itself) announces. */
  | {
      readonly kind: 'announce';
      readonly client: ClientId | undefined;
      readonly ttl: number;
      readonly dataType: number;
      readonly data: Uint8Array;
      /** Whether the announcer wants an `announcement-spread` event and to ask later who has it. */
      readonly receipt?: true;
    }
  | { readonly kind: 'subscribe'; readonly client: ClientId; readonly dataType: number }
  | {
      readonly kind: 'verdict';
      readonly client: ClientId;
      readonly messageId: number;
      readonly valid: boolean;
    }
  /**
   * A local program declines to judge: it abstains from this notification, at once. The API has no word for
   * it; programs in the same process do.
   */
  | { readonly kind: 'abstain'; readonly client: ClientId; readonly messageId: number }
  | { readonly kind: 'client-queue'; readonly client: ClientId; readonly queue: QueueState }
  /** A local program is gone: it closed, broke, or the host dropped it for bad input. */
  | { readonly kind: 'client-gone'; readonly client: ClientId }
  /** The operator wants no link to a peer for a while. Links that there are end. Nothing happens to loopback. */
  | {
      readonly kind: 'ban';
      readonly whom: Whom;
      readonly forMillis: Millis;
      readonly reason: string;
    }
  /** … or has changed his mind. */
  | { readonly kind: 'unban'; readonly whom: Whom }
  /** The operator wants this link to end; the peer may come back. */
  | { readonly kind: 'disconnect'; readonly link: LinkId }
  /** The node is about to stop: dial nobody, accept nobody; all else goes on until the host ends it. */
  | { readonly kind: 'shut-down' };

/** What happens on links, or instead of them. */
export type LinkInput = Extract<
  Input,
  | { kind: 'link-opened' }
  | { kind: 'link-closed' }
  | { kind: 'message-begun' }
  | { kind: 'garbage' }
  | { kind: 'link-queue' }
  | { kind: 'dial-failed' }
  | { kind: 'resolved' }
  | { kind: 'proof-found' }
  | { kind: 'offer-proven' }
>;
