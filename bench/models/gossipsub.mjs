/**
 * Gossipsub v1.2 with one topic that everybody has joined. Sources, all below pubsub/gossipsub/ of the libp2p
 * specs: v1.0 = gossipsub-v1.0.md, v1.1 = gossipsub-v1.1.md, v1.2 = gossipsub-v1.2.md.
 *
 * What is queued for a peer that says IDONTWANT is taken back, as rust-libp2p does (protocols/gossipsub,
 * `remove_data_messages`) and v1.2 leaves open, and control messages overtake payloads: gossipsub at its best.
 *
 * Left out: peer scoring and what rests on it (opportunistic grafting, thresholds, D_score), peer exchange,
 * fanout (everybody is subscribed), caps on IHAVE (never reached here), piggybacking of control messages.
 */
import { bitCount, ModelNode } from './model-network.mjs';
import { Outbox } from './outbox.mjs';

/**
 * v1.0 "Parameters" has 6, 4 and 12 as reasonable defaults of the first three; 8, 6, 12 and 6 are what the
 * largest network uses (ethereum/consensus-specs, specs/phase0/p2p-interface.md, "Gossipsub parameters").
 */
export const D = 8;
export const D_LOW = 6;
export const D_HIGH = 12;
export const D_LAZY = 6;
/** v1.1 "Outbound Mesh Quotas" and "Overview of New Parameters". */
const D_OUT = 2;
/** v1.1 "Adaptive Gossip Dissemination": the share of the peers outside the mesh that are told. */
const GOSSIP_FACTOR = 0.25;
/** v1.0 "Parameters": heartbeat_interval, mcache_len, mcache_gossip. */
const HEARTBEAT = 1_000;
const HISTORY = 5;
const HISTORY_GOSSIP = 3;
/** v1.1 "PRUNE Backoff and Peer Exchange": 1 minute. */
const PRUNE_BACKOFF = 60_000;
/** v1.2 "Basic scenario" leaves the size open; go-libp2p-pubsub takes 1,024 bytes (gossipsub.go). */
const IDONTWANT_FROM = 1_024;
/** v1.1 "Spam Protection Measures" wants a limit; go-libp2p-pubsub takes 3 (gossipsub.go). */
const RETRANSMISSIONS_MAX = 3;
/** Nodes join over this time, as in life: at once everybody would graft everybody. */
const JOIN_WITHIN = 3_000;

/** v1.0 "Protobuf": lengths and tags of RPC, ControlMessage and the message in it; a topic of 8; ids of 20. */
const FRAME = 8;
const TOPIC = 10;
const ID = 22;

export class GossipsubNode extends ModelNode {
  #meshMax;
  #hasJoined = false;
  /** Peers that have joined, those in the mesh: as bits. */
  #joined = 0;
  #mesh = 0;
  /** Until when a link may not be grafted. */
  #backoff = [];
  /** For each message the links that do not want it. v1.2: dont_send_message_ids. */
  #unwanted;
  /** v1.0 "Message Cache": one list for each heartbeat, the newest first. */
  #windows = Array.from({ length: HISTORY }, () => []);
  #cached = new Map();
  #served = new Map();
  #outbox = new Outbox(this);

  /** `meshMax`: D_high, at least D. */
  constructor(network, index, meshMax = D_HIGH) {
    super(network, index);
    if (meshMax < D) throw new Error(`gossipsub with a D_high of ${meshMax}: at least ${D}`);
    this.#meshMax = meshMax;
    this.#unwanted = new Int32Array(network.messages);
  }

  get meshSize() {
    return bitCount(this.#mesh);
  }

  onReady() {
    this.after(this.random.below(JOIN_WITHIN), () => this.#join());
  }

  /** v1.1 "Flood Publishing": to all peers. */
  onPublish(payload) {
    this.#remember(payload);
    this.#outbox.put(this.all, payload);
  }

  /** v1.2 "Basic scenario": to all mesh peers, at once, before the verdict. */
  onFirst(payload) {
    if (this.network.conditions.size < IDONTWANT_FROM) return;
    this.sendAll(this.#mesh, { kind: 'idontwant', number: payload.number, bytes: FRAME + ID });
  }

  /** v1.0 "Message Processing". */
  onAccepted(payload, link) {
    this.#remember(payload);
    const unwanted = this.#unwanted[payload.number] | (1 << link);
    this.#outbox.put(this.#mesh & ~unwanted, payload);
  }

  onControl(message, link) {
    switch (message.kind) {
      case 'subscribe':
        this.#joined |= 1 << link;
        return;
      case 'graft':
        return this.#onGraft(link);
      case 'prune':
        return this.#drop(link);
      case 'ihave':
        return this.#onIhave(message.numbers, link);
      case 'iwant':
        return this.#onIwant(message.numbers, link);
      case 'idontwant':
        this.#unwanted[message.number] |= 1 << link;
        this.#outbox.cancel(link, message.number);
    }
  }

  // ——— Mesh ———

  /** v1.0 "Topic Membership". */
  #join() {
    this.#hasJoined = true;
    this.sendAll(this.all, { kind: 'subscribe', bytes: FRAME + TOPIC });
    this.#graft(this.sample(this.#joined & ~this.#mesh, D - this.meshSize));
    this.after(this.random.below(HEARTBEAT), () => this.#heartbeat());
  }

  #graft(mask) {
    this.#mesh |= mask;
    this.sendAll(mask, { kind: 'graft', bytes: FRAME + TOPIC });
  }

  /** v1.1 "Outbound Mesh Quotas" and "PRUNE Backoff". */
  #onGraft(link) {
    const bit = 1 << link;
    this.#joined |= bit;
    if ((this.#mesh & bit) !== 0) return;
    const isFull = this.meshSize >= this.#meshMax && (this.dialled & bit) === 0;
    if (!this.#hasJoined || isFull || this.now < (this.#backoff[link] ?? 0)) this.#prune(bit);
    else this.#mesh |= bit;
  }

  #prune(mask) {
    this.sendAll(mask, { kind: 'prune', bytes: FRAME + TOPIC + 2 });
    for (let link = 0; link < this.links.length; link++) {
      if ((mask & (1 << link)) !== 0) this.#drop(link);
    }
  }

  #drop(link) {
    this.#mesh &= ~(1 << link);
    this.#backoff[link] = this.now + PRUNE_BACKOFF;
  }

  /** v1.0 "Heartbeat". */
  #heartbeat() {
    if (!this.isRunning) return;
    this.#maintainMesh();
    this.#gossip();
    this.after(HEARTBEAT, () => this.#heartbeat());
  }

  #maintainMesh() {
    const size = this.meshSize;
    if (size > this.#meshMax) {
      const outbound = this.sample(this.#mesh & this.dialled, D_OUT);
      this.#prune(this.sample(this.#mesh & ~outbound, size - D));
      return;
    }
    if (size < D_LOW) return this.#graft(this.sample(this.#graftable(), D - size));
    const missing = D_OUT - bitCount(this.#mesh & this.dialled);
    if (missing > 0) this.#graft(this.sample(this.#graftable() & this.dialled, missing));
  }

  #graftable() {
    let mask = this.#joined & ~this.#mesh;
    for (let link = 0; link < this.#backoff.length; link++) {
      if (this.now < (this.#backoff[link] ?? 0)) mask &= ~(1 << link);
    }
    return mask;
  }

  // ——— Gossip ———

  #remember(payload) {
    this.#cached.set(payload.number, payload);
    this.#windows[0].push(payload.number);
  }

  /** v1.0 "Gossip Emission", v1.1 "Adaptive Gossip Dissemination". */
  #gossip() {
    const numbers = this.#windows.slice(0, HISTORY_GOSSIP).flat();
    if (numbers.length > 0) {
      const others = this.#joined & ~this.#mesh;
      const count = Math.max(D_LAZY, Math.floor(GOSSIP_FACTOR * bitCount(others)));
      const bytes = FRAME + TOPIC + ID * numbers.length;
      this.sendAll(this.sample(others, count), { kind: 'ihave', numbers, bytes });
    }
    for (const number of this.#windows.pop()) {
      this.#cached.delete(number);
      this.#unwanted[number] = 0;
    }
    this.#windows.unshift([]);
  }

  #onIhave(announced, link) {
    const numbers = announced.filter((number) => !this.hasSeen(number));
    if (numbers.length === 0) return;
    this.send(link, { kind: 'iwant', numbers, bytes: FRAME + ID * numbers.length });
  }

  #onIwant(numbers, link) {
    for (const number of numbers) {
      const payload = this.#cached.get(number);
      const key = number * 32 + link;
      const served = this.#served.get(key) ?? 0;
      if (payload === undefined || served >= RETRANSMISSIONS_MAX) continue;
      this.#served.set(key, served + 1);
      this.#outbox.put(1 << link, payload);
    }
  }
}
