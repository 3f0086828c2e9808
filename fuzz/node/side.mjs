/**
 * One of two nodes that are connected back to back: carries out what the node decides, with cables for links,
 * and remembers what it has to be told later. Programs on it subscribe, announce and judge.
 */
import { must } from '../failure.mjs';
import { connect } from './cable.mjs';
import { nonceFor, offerNonce } from './proofs.mjs';
import { pick } from './words.mjs';

/** What a node that keeps to the protocol never does to another one, whatever is late. */
const VIOLATIONS = new Set(
  (
    'bad-size unknown-type wrong-port bad-utf8 wrong-state wrong-proof ' +
    'too-many-challenges offer-not-asked-for wrong-offer-challenge'
  ).split(' '),
);

export class Side {
  auditor;
  /** @type {Side} The other node. */
  other;
  address;
  /** @type {Map<number, import('./cable.mjs').CableEnd>} */
  ends = new Map();
  /** Whether a violation is to be expected: the other node has other settings, or somebody tampers. */
  isAtRisk = false;
  #code;
  #lastLink = 0;
  #lastClient = 0;
  #lastPort = 40_000;

  constructor({ code, auditor, address }) {
    this.#code = code;
    this.auditor = auditor;
    this.address = address;
  }

  newLink() {
    return ++this.#lastLink;
  }

  get openEnds() {
    const open = [...this.auditor.links.known.values()].filter((link) => link.isOpen);
    return open.map(({ id }) => this.ends.get(id));
  }

  give(input) {
    for (const effect of this.auditor.give(input)) this.#carryOut(effect);
  }

  #carryOut(effect) {
    if (effect.kind === 'send') {
      for (const link of effect.links) this.ends.get(link).send(effect.message);
    } else if (effect.kind === 'hang-up') {
      this.ends.get(effect.link).close();
    } else if (effect.kind === 'report') {
      const { code, reason } = effect.event;
      const isWrong = VIOLATIONS.has(code) && !this.isAtRisk;
      must(!isWrong, 'accused', () => `${code} of a peer that did no wrong: ${reason}`);
    }
  }

  /** A dial ends: it reaches the other node, or nobody. */
  endDial(number) {
    const address = pick(this.auditor.links.dials.addresses, number);
    if (address === undefined) return;
    if (!this.#code.addressEquals(address, this.other.address)) {
      return this.give({ kind: 'dial-failed', address, reason: 'refused' });
    }
    const [here, there] = connect(this.#code, this, this.other);
    const near = { host: this.address.host, port: ++this.#lastPort };
    this.ends.set(here.link, here);
    this.other.ends.set(there.link, there);
    const ours = { link: here.link, dialled: address, remote: address, local: near };
    const theirs = { link: there.link, dialled: undefined, remote: near, local: address };
    this.give({ kind: 'link-opened', ...ours });
    if (!there.isGone) this.other.give({ kind: 'link-opened', ...theirs });
  }

  get isProving() {
    return this.#busy().length > 0;
  }

  /** Links for which the node waits for a proof. */
  #busy() {
    const links = [...this.auditor.links.known.values()];
    return links.filter(({ solving, proving }) => solving !== undefined || proving.length > 0);
  }

  /** A proof that the node waits for is found. */
  prove(number) {
    const link = pick(this.#busy(), number);
    if (link === undefined) return;
    if (link.solving) {
      return this.give({ kind: 'proof-found', link: link.id, nonce: nonceFor(link.solving) });
    }
    const { body } = this.#code.joinOffer({ ...link.proving[0], nonce: offerNonce() });
    this.give({ kind: 'offer-proven', link: link.id, body });
  }

  join(dataType) {
    const client = ++this.#lastClient;
    this.give({ kind: 'client-joined', client });
    if (!this.auditor.clients.has(client)) return;
    this.give({ kind: 'subscribe', client, dataType });
  }

  announce(number, ttl, dataType, data) {
    const client = pick([...this.auditor.clients.values(), undefined], number);
    if (client?.isPaused) return;
    this.give({ kind: 'announce', client: client?.id, ttl, dataType, data });
  }

  /** Some program that owes a verdict gives it. */
  judge(number, valid) {
    const clients = [...this.auditor.clients.values()].filter(
      (c) => c.owed.size > 0 && !c.isPaused,
    );
    const client = pick(clients, number);
    if (client === undefined) return;
    const [messageId] = client.owed.keys();
    this.give({ kind: 'verdict', client: client.id, messageId, valid });
  }
}
