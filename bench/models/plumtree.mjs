/**
 * Plumtree: Leitão, Pereira, Rodrigues, "Epidemic Broadcast Trees", technical report DI-FCUL TR-07-14, 2007
 * (the long form of the paper of SRDS 2007). Every link is eager at first; a duplicate makes its link lazy on
 * both sides (PRUNE), and a payload that was announced but does not come makes one eager again (GRAFT).
 *
 * Left out: the optional tree optimization, aggregation of IHAVEs (each goes at once, alone), and changes of
 * the neighbourhood.
 */
import { ModelNode } from './model-network.mjs';

/** As in gossipsub.mjs, so that both pay the same. */
const FRAME = 8;
const ID = 22;

/**
 * Timers in ms: how long a payload may be missing after its first IHAVE, and after a GRAFT for it. The paper
 * wants the first "configured considering the diameter of the overlay and a target maximum recovery latency"
 * (page 8) and the second "smaller …, in the order of an average round trip time to a neighbor" (page 9).
 */
export class PlumtreeNode extends ModelNode {
  #timers;
  #eager = 0;
  /** Payloads that may be asked for, by number. */
  #payloads = new Map();
  /** For each missing payload the links that have announced it and were not asked yet, in order. */
  #missing = new Map();

  constructor(network, index, timers) {
    super(network, index);
    this.#timers = timers;
  }

  onReady() {
    this.#eager = this.all;
  }

  onPublish(payload) {
    this.#push(payload, 0, true);
  }

  onFirst(payload, link) {
    this.#missing.delete(payload.number);
    this.#eager |= 1 << link;
  }

  onDuplicate(_payload, link) {
    this.#eager &= ~(1 << link);
    this.send(link, { kind: 'prune', bytes: FRAME });
  }

  onAccepted(payload, link) {
    this.#push(payload, 1 << link, false);
  }

  onControl(message, link) {
    switch (message.kind) {
      case 'prune':
        this.#eager &= ~(1 << link);
        return;
      case 'graft':
        this.#eager |= 1 << link;
        if (this.#payloads.has(message.number)) this.send(link, this.#payloads.get(message.number));
        return;
      case 'ihave':
        if (!this.hasSeen(message.number)) this.#onMissing(message.number, link);
    }
  }

  #push(payload, except, isOwn) {
    const { number } = payload;
    this.#payloads.set(number, payload);
    this.sendAll(this.#eager & ~except, payload, isOwn);
    this.sendAll(this.all & ~this.#eager & ~except, { kind: 'ihave', number, bytes: FRAME + ID });
  }

  #onMissing(number, link) {
    const announcers = this.#missing.get(number);
    if (announcers !== undefined) return void announcers.push(link);
    this.#missing.set(number, [link]);
    this.after(this.#timers.first, () => this.#onTimer(number));
  }

  #onTimer(number) {
    const announcers = this.#missing.get(number);
    if (announcers === undefined || !this.isRunning) return;
    const link = announcers.shift();
    // Nobody is left to ask: the next IHAVE begins anew.
    if (link === undefined) return void this.#missing.delete(number);
    this.#eager |= 1 << link;
    this.send(link, { kind: 'graft', number, bytes: FRAME + ID });
    this.after(this.#timers.second, () => this.#onTimer(number));
  }
}
