/**
 * Peers that this node had dialled and whose links ended without its doing, because the network or they went away. A node that has
 * found others meanwhile still tries them again: if a network fell into two parts, they are the only ones
 * that anybody knows beyond the gap, and both parts have links enough never to ask for more.
 */
import { formatAddress, type Address } from '../../wire/address.ts';
import type { Instant, Millis } from '../settings.ts';

/** Peers remembered; a further one is not. A guess: twice the default max_connections. */
export const LOST_PEERS_MAX = 64;
/** Dials to one lost peer until it is given up. A guess: with back-off that is about ten minutes. */
export const TRIES_MAX = 14;
/** Between two looks. A guess: a healed network should be one again within seconds, not minutes. */
export const LOOK_EVERY: Millis = 3_000;

interface LostPeer {
  readonly address: Address;
  tries: number;
}

export class LostPeers {
  readonly #lost = new Map<string, LostPeer>();
  #nextLook: Instant | undefined;

  get size(): number {
    return this.#lost.size;
  }

  /** Whether there is room for one more. */
  get isFull(): boolean {
    return this.#lost.size >= LOST_PEERS_MAX;
  }

  remember(address: Address, now: Instant): void {
    const key = formatAddress(address);
    if (this.isFull && !this.#lost.has(key)) return;
    this.#lost.set(key, { address, tries: 0 });
    this.#nextLook ??= now + LOOK_EVERY;
  }

  /** Whether it is time to look again. */
  isDue(now: Instant): boolean {
    return this.#nextLook !== undefined && this.#nextLook <= now;
  }

  nextDeadline(): Instant | undefined {
    return this.#nextLook;
  }

  /**
   * Dials those that may be dialled now. `dial` says whether it has; `isBack` whether there is a link again,
   * or none can be wanted any more. `letGo` is told who is looked for no more.
   */
  look(
    now: Instant,
    around: {
      dial(address: Address): boolean;
      isBack(address: Address): boolean;
      letGo(address: Address): void;
    },
  ): void {
    for (const [key, peer] of this.#lost) {
      if (around.isBack(peer.address) || peer.tries >= TRIES_MAX) {
        this.#lost.delete(key);
        around.letGo(peer.address);
      } else if (around.dial(peer.address)) peer.tries++;
    }
    this.#nextLook = this.#lost.size === 0 ? undefined : now + LOOK_EVERY;
  }
}
