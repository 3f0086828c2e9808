/**
 * One announcement and where it has been: who got it when, with which TTL, and what they passed on.
 *
 * For each node the record holds a row of small numbers in typed arrays, because a flood at ten thousand
 * nodes touches ten thousand rows.
 */
import { u64Equals, type U64 } from '../basics/integers.ts';
import type { LinkId } from '../core/inputs.ts';
import type { Instant } from '../core/settings.ts';
import type { PeerAnnounce, PeerMessage } from '../wire/peer-messages.ts';

/** A 504 in a virtual network: it knows which announcement it is a copy of. */
export interface TravellingAnnounce extends PeerAnnounce {
  readonly announcement: Announcement;
}
/** What travels on virtual links. Immutable, and shared between the links it was sent on. */
export type TravellingMessage = Exclude<PeerMessage, PeerAnnounce> | TravellingAnnounce;

/** Remaining TTLs in the order of their reach: 1 … 255, and 256 for 0, which has no limit. */
export function rankOf(ttl: number): number {
  return ttl === 0 ? 256 : ttl;
}

const NEVER = -1;
/** What one copy's arrival meant for the node. */
export type ArrivalKind = 'first' | 'better' | 'duplicate';

export interface Arrival {
  readonly node: number;
  readonly ttl: number;
  readonly sender: LinkId;
  /** The index of the node at the other end of that link. */
  readonly senderNode: number;
  readonly now: Instant;
  /**
   * What the node got before this does not count any more: it has been started anew, or its memory of the
   * message may have run out.
   */
  readonly since: Instant;
  /** Whether the node is an adversary: what it gets is noted, but counts for nothing. */
  readonly isHostile: boolean;
}

/** Hops beyond this are not told apart. */
const HOPS_MAX = 255;

export class Announcement {
  /** The index of the node that announced it. */
  readonly origin: number;
  readonly ttl: number;
  readonly dataType: number;
  readonly data: Uint8Array;
  readonly announcedAt: Instant;
  /** Whether an adversary made it. */
  readonly isHostile: boolean;
  /** The overlay id; undefined until the node has drawn it. */
  id: U64 | undefined;
  #copies = 0;
  #reached = 0;
  /** Virtual times are whole milliseconds, so 32 bits last for 24 days. */
  #arrivals: Int32Array;
  #bestRanks: Uint16Array;
  #bestSenders: Int32Array;
  #forwardedRanks: Uint16Array;
  #hops: Uint8Array;
  #notified: Int32Array;

  constructor(
    origin: number,
    message: Omit<PeerAnnounce, 'kind' | 'id'>,
    now: Instant,
    isHostile = false,
  ) {
    this.origin = origin;
    this.ttl = message.ttl;
    this.dataType = message.dataType;
    this.data = message.data.slice();
    this.announcedAt = now;
    this.isHostile = isHostile;
    const size = origin + 1;
    this.#arrivals = new Int32Array(size).fill(NEVER);
    this.#bestRanks = new Uint16Array(size);
    this.#bestSenders = new Int32Array(size);
    this.#forwardedRanks = new Uint16Array(size);
    this.#hops = new Uint8Array(size);
    this.#notified = new Int32Array(size).fill(NEVER);
  }

  /** Copies that arrived at honest nodes, duplicates included. */
  get copies(): number {
    return this.#copies;
  }

  /** Honest nodes that got at least one copy; the origin does not count. */
  get reached(): number {
    return this.#reached;
  }

  /** When the first copy came to a node; undefined if none did, and at the origin. */
  arrivalAt(node: number): Instant | undefined {
    const arrival = this.#arrivals[node] ?? NEVER;
    return arrival === NEVER ? undefined : arrival;
  }

  /** Links that the first copy at a node had travelled, at most 255; 0 at the origin, undefined elsewhere. */
  hopsAt(node: number): number | undefined {
    if (node === this.origin) return 0;
    return this.arrivalAt(node) === undefined ? undefined : this.#hops[node];
  }

  /** When a client of a node was first notified of it; undefined if none was. */
  notifiedAt(node: number): Instant | undefined {
    const notified = this.#notified[node] ?? NEVER;
    return notified === NEVER ? undefined : notified;
  }

  noteNotified(node: number, now: Instant): void {
    if (node >= this.#arrivals.length) this.#grow(node + 1);
    if (this.#notified[node] === NEVER) this.#notified[node] = now;
  }

  /** The indices of all nodes that got a copy, in ascending order. */
  reachedNodes(): number[] {
    const nodes: number[] = [];
    this.#arrivals.forEach((arrival, node) => {
      if (arrival !== NEVER) nodes.push(node);
    });
    return nodes;
  }

  /** The largest rank a node got, 0 for none, and the link on which the first such copy came. */
  bestAt(node: number): { readonly rank: number; readonly sender: LinkId } {
    return { rank: this.#bestRanks[node] ?? 0, sender: this.#bestSenders[node] ?? NEVER };
  }

  /** The largest rank a node has passed on, 0 for none. */
  forwardedAt(node: number): number {
    return this.#forwardedRanks[node] ?? 0;
  }

  /** Whether a node announced it, or got a copy of it, at `since` or later. */
  wasAt(node: number, since: Instant): boolean {
    if (node === this.origin && this.announcedAt >= since) return true;
    return (this.#arrivals[node] ?? NEVER) >= since;
  }

  /** Notes a copy that has just come in. */
  noteArrival(copy: Arrival): ArrivalKind {
    const { node, now } = copy;
    if (!copy.isHostile) this.#copies++;
    if (node === this.origin && copy.since <= this.announcedAt) return 'duplicate';
    if (node >= this.#arrivals.length) this.#grow(node + 1);
    const arrival = this.#arrivals[node]!;
    if (arrival === NEVER && !copy.isHostile) this.#reached++;
    const rank = rankOf(copy.ttl);
    const isFirst = arrival < copy.since;
    if (!isFirst && rank <= this.#bestRanks[node]!) return 'duplicate';
    if (isFirst) {
      this.#arrivals[node] = now;
      this.#forwardedRanks[node] = 0;
      this.#hops[node] = Math.min(HOPS_MAX, (this.hopsAt(copy.senderNode) ?? 0) + 1);
    }
    this.#bestRanks[node] = rank;
    this.#bestSenders[node] = copy.sender;
    return isFirst ? 'first' : 'better';
  }

  noteForwarded(node: number, ttl: number): void {
    if (node >= this.#arrivals.length) this.#grow(node + 1);
    this.#forwardedRanks[node] = rankOf(ttl);
  }

  isSameAs(message: PeerAnnounce): boolean {
    return (
      this.id !== undefined &&
      u64Equals(this.id, message.id) &&
      this.dataType === message.dataType &&
      bytesEqual(this.data, message.data)
    );
  }

  #grow(size: number): void {
    const room = Math.max(size, 2 * this.#arrivals.length);
    const arrivals = new Int32Array(room).fill(NEVER);
    arrivals.set(this.#arrivals);
    this.#arrivals = arrivals;
    this.#bestRanks = enlarged(this.#bestRanks, new Uint16Array(room));
    this.#bestSenders = enlarged(this.#bestSenders, new Int32Array(room));
    this.#forwardedRanks = enlarged(this.#forwardedRanks, new Uint16Array(room));
    this.#hops = enlarged(this.#hops, new Uint8Array(room));
    const notified = new Int32Array(room).fill(NEVER);
    this.#notified = enlarged(this.#notified, notified);
  }
}

function enlarged<A extends Uint8Array | Uint16Array | Int32Array>(old: A, wider: A): A {
  wider.set(old);
  return wider;
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
