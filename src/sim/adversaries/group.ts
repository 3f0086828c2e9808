/**
 * What adversaries that work together share: who they are, what they have learned, what they have agreed to
 * send, and one source of chance. Among themselves they need no network: what one knows all know, as soon as
 * they look.
 *
 * One group serves all nodes of one `AdversaryPlan`; a node that is started anew joins it again.
 */
import type { U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import { formatAddress, type Address } from '../../wire/address.ts';
import type { PeerAnnounce } from '../../wire/peer-messages.ts';
import { IdMemory } from './id-memory.ts';

/** Addresses of honest nodes that a group remembers; what it learns beyond it is lost. */
export const TARGETS_MAX = 65_536;
/** Messages that members can still look up; the oldest is forgotten, and who has not looked misses it. */
export const ORDERS_MAX = 1_024;

export interface AdversaryGroupOptions {
  /** Shared by all members, so the order in which they act decides who draws what. */
  readonly random: Random;
  /**
   * Addresses of bystanders whom poisoners point others at. Default: four machines of 192.168.0.0/16 that do
   * not exist.
   */
  readonly thirdParties?: readonly Address[];
}

export class AdversaryGroup {
  readonly random: Random;
  readonly thirdParties: readonly Address[];
  readonly #members = new Map<string, Address>();
  readonly #targets = new Map<string, Address>();
  readonly #ids = new IdMemory();
  /** The orders that are still known; the first of them has number `#forgotten`. */
  readonly #orders: PeerAnnounce[] = [];
  #forgotten = 0;

  constructor(options: AdversaryGroupOptions) {
    this.random = options.random;
    this.thirdParties = options.thirdParties ?? DEFAULT_THIRD_PARTIES;
  }

  /** Where the members listen. */
  get members(): readonly Address[] {
    return [...this.#members.values()];
  }

  /** Honest nodes that some member has heard of. */
  get targets(): readonly Address[] {
    return [...this.#targets.values()];
  }

  /** How many orders there have been: what a newcomer passes to {@link ordersSince}. */
  get orders(): number {
    return this.#forgotten + this.#orders.length;
  }

  join(member: Address): void {
    const key = formatAddress(member);
    this.#members.set(key, member);
    this.#targets.delete(key);
  }

  /** Notes where somebody listens, unless that is one of the group. */
  learn(address: Address): void {
    const key = formatAddress(address);
    if (this.#members.has(key) || this.#targets.size >= TARGETS_MAX) return;
    this.#targets.set(key, address);
  }

  /** Notes an id that a member has seen; true if no other has seen it before. */
  meet(id: U64): boolean {
    return this.#ids.meet(id);
  }

  /** Has all members send `message`, whose data nobody changes any more. */
  order(message: PeerAnnounce): void {
    this.#orders.push(message);
    if (this.#orders.length <= ORDERS_MAX) return;
    this.#orders.shift();
    this.#forgotten++;
  }

  /** The orders that came after the first `count`, as far as they are known. */
  ordersSince(count: number): readonly PeerAnnounce[] {
    return this.#orders.slice(Math.max(0, count - this.#forgotten));
  }
}

const DEFAULT_THIRD_PARTIES: readonly Address[] = [1, 2, 3, 4].map((number) => ({
  host: `192.168.0.${number}`,
  port: 6_001,
}));
