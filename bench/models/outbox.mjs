/**
 * The payloads a model node wants to send and its uplink has not taken yet: one at a time goes to its link,
 * the oldest message first, so that what a peer turns out not to need can still be taken back. Everything
 * else a node sends waits for one payload at most.
 */
import { linksIn } from './model-network.mjs';

/** @implements {import('../../dist/sim/uplink.js').Sender} */
export class Outbox {
  /** By message, in the order in which they were put: the payload and the links it is for, as bits. */
  #waiting = new Map();
  #node;

  constructor(node) {
    this.#node = node;
  }

  put(mask, payload) {
    const { uplink } = this.#node;
    if (uplink === undefined) return this.#node.sendAll(mask, payload);
    const { number } = payload;
    this.#waiting.set(number, { payload, mask: (this.#waiting.get(number)?.mask ?? 0) | mask });
    uplink.enqueue(this);
  }

  /** A link does not need a payload any more. */
  cancel(link, number) {
    const entry = this.#waiting.get(number);
    if (entry !== undefined) entry.mask &= ~(1 << link);
  }

  /** The uplink has a turn for the next payload. */
  sendNext() {
    for (const [number, entry] of this.#waiting) {
      const link = this.#node.random.pick(linksIn(entry.mask));
      if (link !== undefined) {
        entry.mask &= ~(1 << link);
        this.#node.send(link, entry.payload);
        return true;
      }
      this.#waiting.delete(number);
    }
    return false;
  }
}
