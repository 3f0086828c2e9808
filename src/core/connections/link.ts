/**
 * One TCP connection to a peer, from its first byte to its end.
 *
 * Inbound: awaiting-info → awaiting-turn → awaiting-proof → awaiting-admission → open.
 * Outbound: awaiting-answer ⇄ solving → open.
 * Which of these are passed through depends on where the proof of work stands; see connections.ts.
 */
import type { U64 } from '../../basics/integers.ts';
import { scopeOf, type Address, type Scope } from '../../wire/address.ts';
import { blockOf, netgroupOf, siteOf } from '../../wire/netgroup.ts';
import type { LinkId, Secured } from '../inputs.ts';
import type { Instant, Millis, PeerIdentity } from '../settings.ts';

export type LinkState =
  /** Inbound: the 507 has not come. */
  | 'awaiting-info'
  /** Inbound: it will be challenged at the next turn of `challenge_cooldown`. */
  | 'awaiting-turn'
  /** Inbound: challenged; the 509 has not come. */
  | 'awaiting-proof'
  /** Inbound: it has done its work, and will be let in when its turn comes. */
  | 'awaiting-admission'
  /** Outbound: our 507, or our 509, is out; a 508 or 510 must come. */
  | 'awaiting-answer'
  /** Outbound: challenged; our solver is at work. */
  | 'solving'
  | 'open';

export class Link {
  readonly id: LinkId;
  /** The address we dialled, undefined for an inbound link. */
  readonly dialled: Address | undefined;
  readonly remote: Address;
  readonly local: Address;
  /** Undefined on plain TCP. */
  readonly secured: Secured | undefined;
  /** Outbound: whether it was dialled only to find out whether there is a peer; it never opens. */
  readonly isFeeler: boolean;
  readonly connectedAt: Instant;
  state: LinkState;
  /** When the present state has lasted too long. */
  deadline: Instant | undefined;
  openedAt: Instant | undefined;
  /** Since when it is the peer's turn. */
  steppedAt: Instant;
  /** Where the peer listens: what we dialled, or the remote host with the port of its 507. */
  listening: Address | undefined;
  /** Inbound: the challenge we gave. Outbound: the one we work on. */
  challenge: U64 | undefined;
  challengesTaken = 0;
  challengesGiven = 0;
  /** Inbound: challenges that it still has to be given. */
  roundsLeft = 0;
  /** Whether we have sent an OFFER on it, so that it can find others. */
  wasOffered = false;
  isQueueFull = false;
  /** When the last message, or the beginning of one, has come. */
  heardAt: Instant;
  /** When the last 528 was sent, for liveness.ts. */
  pingedAt: Instant;
  /** The 528 that was not answered yet. */
  ping: { readonly token: number; readonly at: Instant } | undefined;
  /** The shortest time from a 528 to its 529; undefined before the first. */
  roundTrip: Millis | undefined;
  /**
   * Whether both sides speak the extension: we do, and the peer set the bit in its 507 or 510. Where the
   * proof of work stands in discovery there is no 510; on an outbound link the peer's 520 shows it there.
   */
  isExtended = false;
  /** When it last brought an announcement first that local programs accepted. */
  usefulAt: Instant | undefined;
  #scope: Scope | undefined;
  #site: string | undefined;
  #block: string | undefined;
  #netgroup: string | undefined;

  constructor(options: {
    readonly id: LinkId;
    readonly dialled: Address | undefined;
    readonly remote: Address;
    readonly local: Address;
    readonly secured?: Secured | undefined;
    readonly isFeeler?: boolean;
    readonly now: Instant;
  }) {
    this.id = options.id;
    this.dialled = options.dialled;
    this.remote = options.remote;
    this.local = options.local;
    this.secured = options.secured;
    this.isFeeler = options.isFeeler === true;
    this.connectedAt = options.now;
    this.steppedAt = options.now;
    this.heardAt = options.now;
    this.pingedAt = options.now;
    this.listening = options.dialled;
    this.state = options.dialled === undefined ? 'awaiting-info' : 'awaiting-answer';
  }

  get direction(): 'inbound' | 'outbound' {
    return this.dialled === undefined ? 'inbound' : 'outbound';
  }

  /** Whose key the peer holds; undefined on plain TCP. */
  get identity(): PeerIdentity | undefined {
    return this.secured?.identity;
  }

  /** How far the remote host reaches; found out once, when it is first asked for. */
  get scope(): Scope {
    return (this.#scope ??= scopeOf(this.remote.host));
  }

  /**
   * In whose hand the remote address surely is: itself, or of a global IPv6 address the /64. Links over loopback
   * have nothing in common, here and in the two below.
   */
  get site(): string {
    return (this.#site ??= this.scope === 'private' ? this.remote.host : siteOf(this.remote));
  }

  /** The /24 or /48 of the remote address. */
  get block(): string {
    return (this.#block ??= blockOf(this.remote));
  }

  /** The /16 or /32 of the remote address. */
  get netgroup(): string {
    return (this.#netgroup ??= netgroupOf(this.remote));
  }

  get isSolving(): boolean {
    return this.state === 'solving';
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** What to call the peer in logs: where it listens if known, else where it came from. */
  get peer(): Address {
    return this.listening ?? this.remote;
  }
}
