/**
 * One announcement and where it has been: who got it when, with which TTL, and what they passed on.
 *
 * For each node the record holds a row of numbers in one typed array, because a flood at ten thousand nodes
 * touches ten thousand rows.
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

/**
 * The row of a node: when the first copy came and when a client was first notified, the link on which the
 * best copy came, and three small numbers in one. Side by side, because a flood touches a row in random order
 * and should find all of it in one line of the processor's cache.
 */
const ROW = { arrival: 0, notified: 1, sender: 2, small: 3 } as const;
const ROW_INTS = 4;
/** In `small`: the best rank and the rank passed on in 9 bits each, then the hops. */
const RANK_BITS = 9;
const RANK_MASK = (1 << RANK_BITS) - 1;
const HOPS_SHIFT = 2 * RANK_BITS;

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
  /** Virtual times are whole milliseconds, so 32 bits last for 24 days. Grows when a node first has a row. */
  #rows: Int32Array;

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
    this.#rows = emptyRows(origin + 1);
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
    const arrival = this.#at(node, ROW.arrival);
    return arrival === NEVER ? undefined : arrival;
  }

  /** Links that the first copy at a node had travelled, at most 255; 0 at the origin, undefined elsewhere. */
  hopsAt(node: number): number | undefined {
    if (node === this.origin) return 0;
    if (this.#at(node, ROW.arrival) === NEVER) return undefined;
    return this.#small(node) >>> HOPS_SHIFT;
  }

  /** When a client of a node was first notified of it; undefined if none was. */
  notifiedAt(node: number): Instant | undefined {
    const notified = this.#at(node, ROW.notified);
    return notified === NEVER ? undefined : notified;
  }

  /** The indices of all nodes that got a copy, in ascending order. */
  reachedNodes(): number[] {
    const nodes: number[] = [];
    for (let node = 0; node * ROW_INTS < this.#rows.length; node++) {
      if (this.#at(node, ROW.arrival) !== NEVER) nodes.push(node);
    }
    return nodes;
  }

  /** The largest rank a node got, 0 for none, and the link on which the first such copy came. */
  bestAt(node: number): { readonly rank: number; readonly sender: LinkId } {
    return { rank: this.#small(node) & RANK_MASK, sender: this.#at(node, ROW.sender) };
  }

  /** The largest rank a node has passed on, 0 for none. */
  forwardedAt(node: number): number {
    return (this.#small(node) >>> RANK_BITS) & RANK_MASK;
  }

  /** Whether a node announced it, or got a copy of it, at `since` or later. */
  wasAt(node: number, since: Instant): boolean {
    if (node === this.origin && this.announcedAt >= since) return true;
    return this.#at(node, ROW.arrival) >= since;
  }

  /** Notes a copy that has just come in. */
  noteArrival(copy: Arrival): ArrivalKind {
    const { node } = copy;
    if (!copy.isHostile) this.#copies++;
    if (node === this.origin && copy.since <= this.announcedAt) return 'duplicate';
    const row = this.#rowOf(node);
    const arrival = this.#rows[row + ROW.arrival]!;
    const small = this.#rows[row + ROW.small]!;
    const rank = rankOf(copy.ttl);
    const isFirst = arrival < copy.since;
    if (!isFirst && rank <= (small & RANK_MASK)) return 'duplicate';
    if (arrival === NEVER && !copy.isHostile) this.#reached++;
    this.#rows[row + ROW.sender] = copy.sender;
    if (!isFirst) {
      this.#rows[row + ROW.small] = (small & ~RANK_MASK) | rank;
      return 'better';
    }
    const hops = Math.min(HOPS_MAX, (this.hopsAt(copy.senderNode) ?? 0) + 1);
    this.#rows[row + ROW.arrival] = copy.now;
    this.#rows[row + ROW.small] = rank | (hops << HOPS_SHIFT);
    return 'first';
  }

  /** A node has not taken the copy that has just come in: for it the announcement has not come yet. */
  takeBackArrival(node: number, isHostile: boolean): void {
    const row = this.#rowOf(node);
    if (this.#rows[row + ROW.arrival] !== NEVER && !isHostile) this.#reached--;
    this.#rows[row + ROW.arrival] = NEVER;
    this.#rows[row + ROW.sender] = NEVER;
    this.#rows[row + ROW.small] = 0;
  }

  noteNotified(node: number, now: Instant): void {
    const row = this.#rowOf(node);
    if (this.#rows[row + ROW.notified] === NEVER) this.#rows[row + ROW.notified] = now;
  }

  noteForwarded(node: number, ttl: number): void {
    const row = this.#rowOf(node);
    const others = this.#rows[row + ROW.small]! & ~(RANK_MASK << RANK_BITS);
    this.#rows[row + ROW.small] = others | (rankOf(ttl) << RANK_BITS);
  }

  isSameAs(message: PeerAnnounce): boolean {
    return (
      this.id !== undefined &&
      u64Equals(this.id, message.id) &&
      this.dataType === message.dataType &&
      bytesEqual(this.data, message.data)
    );
  }

  #at(node: number, column: number): number {
    return this.#rows[node * ROW_INTS + column] ?? NEVER;
  }

  #small(node: number): number {
    return this.#rows[node * ROW_INTS + ROW.small] ?? 0;
  }

  /** Where the row of a node begins; makes room for it if need be. */
  #rowOf(node: number): number {
    const row = node * ROW_INTS;
    if (row >= this.#rows.length) {
      const rows = emptyRows(Math.max(node + 1, (2 * this.#rows.length) / ROW_INTS));
      rows.set(this.#rows);
      this.#rows = rows;
    }
    return row;
  }
}

function emptyRows(nodes: number): Int32Array {
  const rows = new Int32Array(nodes * ROW_INTS).fill(NEVER);
  for (let row = 0; row < rows.length; row += ROW_INTS) rows[row + ROW.small] = 0;
  return rows;
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
