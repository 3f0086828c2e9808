/**
 * A network of model nodes on the simulator's virtual network: the same links, delays and uplinks as under
 * real nodes, but nodes that only know how a payload spreads. A model is a subclass of {@link ModelNode}.
 *
 * Left out for all of them: handshakes, discovery, and noticing that a peer is gone.
 */
import { EventQueue } from '../../dist/sim/event-queue.js';
import { latencyOf } from '../../dist/sim/latency.js';
import { Uplink } from '../../dist/sim/uplink.js';
import { VirtualNetwork } from '../../dist/sim/virtual-network.js';
import { seededRandom } from '../../dist/basics/random.js';

/** Header, id, TTL and data type of a 504; for all models the same, whatever their own framing costs. */
const PAYLOAD_OVERHEAD = 16;
/** Bytes per ms of 1 Mbit/s. */
const MEGABIT = 125;
const PORT = 6_001;
/** Links of a node are the bits of a 32-bit mask. */
export const LINKS_MAX = 32;

/**
 * @typedef {object} Message
 * @property {'payload' | string} kind
 * @property {number} bytes on the wire
 * @property {number} [number] of a payload
 */

/** One node. Links are numbered from 0 in the order in which they were made. */
export class ModelNode {
  isRunning = true;
  /** All links, as bits. */
  all = 0;
  /** The link of each number. */
  links = [];
  /** Links that this node dialled, as bits. */
  dialled = 0;
  #linkCount = 0;

  constructor(network, index) {
    this.network = network;
    this.index = index;
    this.host = hostOf(index);
    this.isFreeRider = network.plan.riders.has(index);
    this.random = seededRandom(network.conditions.seed, 0x0dde_0000 + index);
    const { bandwidth } = network.conditions;
    this.uplink = bandwidth > 0 ? new Uplink(network.events, bandwidth * MEGABIT) : undefined;
  }

  // ——— What a model says ———

  /** All links stand. */
  onReady() {}
  /** Announces a payload of its own. */
  onPublish(_payload) {}
  /** The first copy has come, and waits for its verdict. */
  onFirst(_payload, _link) {}
  /** A further copy has come. */
  onDuplicate(_payload, _link) {}
  /** The verdict on the copy that came on `link` is there: it may go on. */
  onAccepted(_payload, _link) {}
  /** Something else than a payload has come. */
  onControl(_message, _link) {}

  // ——— What it can do ———

  get now() {
    return this.network.events.now;
  }

  hasSeen(number) {
    return this.network.arrivals[number][this.index] >= 0;
  }

  /** Sends to one link. `isOwn`: it is of this node's making, and not the first to go from a full queue. */
  send(link, message, isOwn = false) {
    const isPayload = message.kind === 'payload';
    if (isPayload && this.isFreeRider) return;
    if (!this.isFreeRider) this.network.noteSent(message);
    const lane = isOwn ? 'own' : 'forward';
    this.links[link].send(message, isPayload ? lane : 'control');
  }

  /**
   * Sends to each link of a mask. Payloads in random order: links are numbered as they opened, the fastest
   * first, and who is served first matters much where a payload keeps the uplink busy.
   */
  sendAll(mask, message, isOwn = false) {
    const links = linksIn(mask);
    const order = message.kind === 'payload' ? this.random.shuffled(links) : links;
    for (const link of order) this.send(link, message, isOwn);
  }

  after(delay, fire) {
    this.network.events.put(this.now + delay, { fire });
  }

  /** Up to `count` random links of a mask, as a mask. */
  sample(mask, count) {
    if (bitCount(mask) <= count) return mask;
    return this.random.sample(linksIn(mask), count).reduce((sum, link) => sum | (1 << link), 0);
  }

  // ——— What the virtual network says ———

  newLinkId() {
    return this.#linkCount++;
  }

  onLinkOpened(end) {
    end.isEstablished = true;
    this.links[end.id] = end;
    this.all |= 1 << end.id;
    if (end.dialled !== undefined) this.dialled |= 1 << end.id;
  }

  onMessage(end, message) {
    const { network, index } = this;
    if (!this.isFreeRider) network.tally.arrivals++;
    if (message.kind !== 'payload') return this.onControl(message, end.id);
    const { number } = message;
    if (!this.isFreeRider) network.copies[number]++;
    if (this.hasSeen(number)) return this.onDuplicate(message, end.id);
    network.arrivals[number][index] = this.now;
    this.onFirst(message, end.id);
    const fire = () => this.isRunning && this.onAccepted(message, end.id);
    network.events.put(this.now + network.plan.verdictAfter(index, number), { fire });
  }

  onLinkClosed() {}
  onQueueChanged() {}
  onDialFailed(address, reason) {
    throw new Error(`node ${this.index} could not dial ${address.host}: ${reason}`);
  }
}

export class ModelNetwork {
  events = new EventQueue();
  tally = { controlBytes: 0, payloadBytes: 0, arrivals: 0 };

  /** `makeNode(network, index)` makes a {@link ModelNode}. */
  constructor(conditions, plan, makeNode) {
    const { nodes, seed, latency, links } = conditions;
    if (links.max > LINKS_MAX) throw new Error(`models have at most ${LINKS_MAX} links a node`);
    this.conditions = conditions;
    this.plan = plan;
    this.messages = plan.schedule.length;
    /** When the first copy of each message came to each node, in ms; -1 is never. */
    this.arrivals = Array.from({ length: this.messages }, () => new Int32Array(nodes).fill(-1));
    this.copies = new Uint32Array(this.messages);
    this.#network = new VirtualNetwork({
      events: this.events,
      latency: latencyOf(latency, seed),
      sizeOf: (message) => message.bytes,
    });
    this.nodes = Array.from({ length: nodes }, (_, index) => makeNode(this, index));
    for (const node of this.nodes) this.#network.listen(node, PORT);
    plan.dials.forEach((peers, node) => {
      for (const peer of peers) {
        this.#network.dial(this.nodes[node], { host: hostOf(peer), port: PORT });
      }
    });
    this.runTo(2 * latency.max + latency.max + 1);
    for (const node of this.nodes) node.onReady();
  }

  #network;

  runTo(time) {
    const { events } = this;
    for (let event = events.take(time); event; event = events.take(time)) event.fire();
  }

  publish(node, number) {
    this.arrivals[number][node] = this.events.now;
    const bytes = PAYLOAD_OVERHEAD + this.conditions.size;
    this.nodes[node].onPublish({ kind: 'payload', number, bytes });
  }

  crash(node) {
    this.nodes[node].isRunning = false;
    this.#network.disappear(this.nodes[node]);
  }

  noteSent(message) {
    if (message.kind === 'payload') this.tally.payloadBytes += message.bytes;
    else this.tally.controlBytes += message.bytes;
  }

  /** Bytes sent and messages received by honest nodes so far. */
  traffic() {
    return { ...this.tally };
  }

  /** Copies at honest nodes, and when the first one came to a node, undefined if none did. */
  receipts(number) {
    const arrivals = this.arrivals[number];
    return {
      copies: this.copies[number],
      arrivalAt: (node) => (arrivals[node] < 0 ? undefined : arrivals[node]),
    };
  }
}

/** How many links a mask holds. */
export function bitCount(mask) {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The numbers of the links in a mask. */
export function linksIn(mask) {
  const links = [];
  for (let rest = mask; rest !== 0; rest &= rest - 1) links.push(31 - Math.clz32(rest & -rest));
  return links;
}

function hostOf(index) {
  const number = index + 1;
  return `10.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}
