/**
 * A newcomer that was given two peers to begin with, one of which means to be all that it has: it lists its own
 * addresses only, has very many of them in as many netgroups, and asks for no work, so that it is always the faster. The
 * simulator, with the node's own core; every chance from the seed.
 */
import { GossipNode } from '../../dist/core/gossip-node.js';
import { Simulation } from '../../dist/sim/index.js';
import { encodeOfferText } from '../../dist/wire/offer-text.js';

/** Honest nodes, the first of which the newcomer knows. */
const HONEST = 10;
/** Addresses of the liar, itself included, each in a netgroup of its own; an offer has room for 64. */
const LIARS = 64;
/** How long the honest ones have had, in ms. */
const BEFORE = 120_000;

/** In ms after the newcomer's start. */
export const DEADLINE = 60_000;

export const DEFAULTS = {
  /** Whether the honest peer is named too; without it the newcomer can only be warned. */
  isHonestNamed: true,
  /** When the honest peer is up, in ms after the newcomer's start; before it refuses connections. */
  honestFrom: 0,
  /** How long the newcomer is looked at, in ms. */
  time: DEADLINE,
};

/**
 * What became of it: links to honest and hostile nodes that it has dialled, at the end; when the first honest one
 * opened, and when it warned that one peer told of all, in ms (undefined: never).
 */
export function startBesideLiar(seed, given = {}) {
  const plan = { ...DEFAULTS, ...given };
  const simulation = new Simulation({ seed, latency: { min: 5, max: 50 }, transport: 'tls' });
  const known = simulation.addNode();
  simulation.addNodes(HONEST - 1, { bootstrapper: known.address });
  const own = [];
  const liars = { core: (options) => new Liar(new GossipNode(options), own), isHostile: true };
  const hostile = simulation.addNodes(LIARS, { proofOfWork: 'none', minConnections: 1 }, liars);
  own.push(...hostile.map(({ address }) => address));
  simulation.run({ for: BEFORE });
  if (plan.honestFrom > 0) known.stop('exit');

  const said = { warnedAt: undefined };
  const newcomer = simulation.addNode(
    {
      knownPeers: [hostile[0], ...(plan.isHonestNamed ? [known] : [])].map((node) => node.address),
    },
    { core: (options) => new Listened(new GossipNode(options), said) },
  );
  const began = simulation.now;
  if (plan.honestFrom > 0) simulation.at(began + plan.honestFrom, () => known.start());
  const chosen = () => newcomer.links.filter((end) => end.isOpen && end.dialled !== undefined);
  const isHonest = (end) => !simulation.nodes[end.other.machine.index].isHostile;
  const hasHonest = () => chosen().some(isHonest);
  const isFound = simulation.run({ until: hasHonest, within: plan.time });
  const foundAfter = isFound ? simulation.now - began : undefined;
  simulation.run({ for: plan.time - (simulation.now - began) });
  const links = chosen();
  const honest = links.filter(isHonest).length;
  const warnedAfter = said.warnedAt === undefined ? undefined : said.warnedAt - began;
  return { honest, hostile: links.length - honest, foundAfter, warnedAfter };
}

/** An honest core but for its answers to 505. */
class Liar {
  #core;
  #own;

  constructor(core, own) {
    this.#core = core;
    this.#own = own;
  }

  handle(input, now) {
    if (input.kind !== 'message' || input.message.kind !== 'peer-discovery') {
      return this.#core.handle(input, now);
    }
    const message = { kind: 'peer-offer', body: encodeOfferText(this.#own) };
    return [{ kind: 'send', links: [input.link], message, own: false }];
  }

  nextDeadline() {
    return this.#core.nextDeadline();
  }
}

/** A core, and when it warned of its only source. */
class Listened {
  #core;
  #said;

  constructor(core, said) {
    this.#core = core;
    this.#said = said;
  }

  handle(input, now) {
    const effects = this.#core.handle(input, now);
    const isWarning = ({ kind, event }) => kind === 'report' && event.kind === 'only-source';
    if (effects.some(isWarning)) this.#said.warnedAt ??= now;
    return effects;
  }

  nextDeadline() {
    return this.#core.nextDeadline();
  }
}
