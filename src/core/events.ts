/**
 * What a node tells about itself. Events are data: the daemon makes log lines and counters of them, the
 * simulator its trace. Text from strangers is in them as it came; whoever prints it escapes it.
 */
import type { Address } from '../wire/address.ts';
import type { Violation } from '../wire/violation.ts';
import type { ClientId, LinkId, Whom } from './inputs.ts';
import type { Millis, PeerIdentity } from './settings.ts';

/** Why a link ended from our side, apart from violations. Listed in docs/errors.md. */
export const HANG_UP_CODES = [
  'info-timeout',
  'handshake-timeout',
  'refused-by-peer',
  'self',
  'felt',
  'explored',
  'replaced',
  'duplicate-link',
  'full',
  'made-room',
  'silent',
  'banned',
  'disconnected',
  'too-many-pending',
  'too-many-newcomers',
  'proof-given-up',
  'shutting-down',
] as const;

export type HangUpCode = (typeof HANG_UP_CODES)[number];

/** How the gate of a message ends: what local programs say about it all together. */
export type GateOutcome = 'accepted' | 'refused' | 'abstained';

export type NodeEvent =
  /** The link is open: announcements travel on it. */
  | {
      readonly kind: 'link-established';
      readonly link: LinkId;
      readonly direction: 'inbound' | 'outbound';
      /** Where the peer says it listens (inbound) or was dialled (outbound). */
      readonly peer: Address;
      /** Whose key the peer holds; undefined on plain TCP. */
      readonly identity?: PeerIdentity | undefined;
      readonly openLinks: number;
    }
  /** A link is gone that was open. */
  | {
      readonly kind: 'link-lost';
      readonly link: LinkId;
      readonly peer: Address;
      readonly identity?: PeerIdentity | undefined;
      readonly code: HangUpCode | Violation['code'] | 'closed';
      readonly reason: string;
      readonly openLinks: number;
    }
  /** A link is gone before it was open. */
  | {
      readonly kind: 'handshake-failed';
      readonly link: LinkId;
      readonly direction: 'inbound' | 'outbound';
      readonly peer: Address;
      readonly identity?: PeerIdentity | undefined;
      readonly code: HangUpCode | Violation['code'] | 'closed';
      readonly reason: string;
    }
  | { readonly kind: 'dial-failed'; readonly address: Address; readonly reason: string }
  /** A name of the configuration could not be looked up. */
  | { readonly kind: 'name-unresolved'; readonly host: string; readonly port: number }
  /** The node has had no open link for a while, or has one again. */
  | { readonly kind: 'isolated' }
  | { readonly kind: 'connected' }
  /**
   * All peers to which this node has links of its own choice are known through one that the operator named, or through
   * others that are: `source` is its IP address. If it lies, they may all be its own.
   */
  | { readonly kind: 'only-source'; readonly source: string; readonly peers: number }
  /** A peer said that it listens where, by the operator's word, somebody else does: it has no address here. */
  | {
      readonly kind: 'claim-ignored';
      readonly link: LinkId;
      readonly address: Address;
      readonly identity: PeerIdentity;
    }
  /** A subscriber let three notifications in a row time out: it is not waited for any more. */
  | { readonly kind: 'subscriber-silent'; readonly client: ClientId; readonly dataType: number }
  | { readonly kind: 'subscriber-answers'; readonly client: ClientId }
  /** A 503 for an ID that this client was not asked about, or no longer. */
  | { readonly kind: 'verdict-ignored'; readonly client: ClientId; readonly messageId: number }
  /** A client could not be told: its queue or its message IDs are full. */
  | {
      readonly kind: 'notification-dropped';
      readonly client: ClientId;
      readonly dataType: number;
      readonly why: 'queue-full' | 'no-message-id';
    }
  /** A message from a peer ended here. */
  | {
      readonly kind: 'message-stopped';
      readonly dataType: number;
      readonly why: 'refused' | 'abstained' | 'no-subscriber' | 'over-capacity';
    }
  /** A peer brought more new messages of a type than its profile allows: this one was dropped. */
  | { readonly kind: 'rate-exceeded'; readonly link: LinkId; readonly dataType: number }
  /** An announcement with a receipt was given to the links there are. */
  | {
      readonly kind: 'announcement-spread';
      /** Names it in `GossipNode.reached`. */
      readonly receipt: number;
      /** Links on which it was sent, on which it was named, and that were open. */
      readonly sent: number;
      readonly named: number;
      readonly links: number;
    }
  /** A peer that said it speaks the extension has not begun to; it is treated as an existing node. */
  | { readonly kind: 'extension-silent'; readonly link: LinkId }
  /** So much waits to be sent to a peer that it is only named what others have announced. */
  | { readonly kind: 'peer-behind'; readonly link: LinkId }
  /** A peer may not have a link for a while. */
  | {
      readonly kind: 'peer-banned';
      readonly whom: Whom;
      readonly forMillis: Millis;
      readonly reason: string;
      /** Whether the operator said so, and not the peer's standing. */
      readonly isOrdered: boolean;
    }
  | { readonly kind: 'client-refused'; readonly client: ClientId; readonly clientsMax: number };
