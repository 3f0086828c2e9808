/**
 * One try to capture a node by its peer book: it knows honest peers, is told of very many hostile ones, and starts
 * anew. The book and whatever dials after the start are the node's own code; the network is a list of who answers.
 */
import { GossipNode } from '../../dist/core/gossip-node.js';
import { PeerBook } from '../../dist/core/peer-book/peer-book.js';
import { DEFAULT_BOUNDS } from '../../dist/core/settings.js';
import { nodeSettings } from '../../dist/sim/node-settings.js';
import { seededRandom } from '../../dist/basics/random.js';
import { formatAddress } from '../../dist/wire/address.js';

/** Honest peers the node knows, each in a netgroup of its own; of these so many it has dialled. */
export const HONEST = 250;
export const HONEST_TRIED = 40;
/** Of these, those to which it has had links for longest. */
const ANCHORS = 2;
/** Of them so many have told of the others, each address by so many of them. */
const INFORMANTS = 20;
const TELLERS = 3;
/** Hostile addresses told of. */
export const HOSTILE = 10_000;
const FEELERS_PER_HOUR = 30;
/** After the start the node gets this long, in ms. */
const PATIENCE = 120_000;

export const DEFAULTS = {
  /** Hostile peers that tell of addresses, each in a netgroup of its own while there are enough. */
  sources: 64,
  /** Netgroups in which the hostile addresses lie. */
  netgroups: 256,
  /** How long the node goes on dialling feelers while it is told. */
  hours: 2,
  /** Links the node wants; nobody dials it. */
  links: 4,
  /** Share of honest peers that do not answer. Hostile ones always do. */
  down: 0.25,
  /** The same of the anchors: the node had links to them when it stopped. */
  anchorsDown: 0.1,
  /** Whether the node has anchors. */
  anchors: true,
  lives: 1,
};

/**
 * Runs it once, and starts the node `lives` times with what it had stored then; who is down is drawn anew for each.
 * Every chance follows from `seed`.
 */
export function tryToCapture(seed, given = {}) {
  const plan = { ...DEFAULTS, ...given };
  const random = seededRandom(seed, 77);
  const world = newWorld(random, plan);
  const book = new PeerBook({ bounds: DEFAULT_BOUNDS, random });
  learnOfHonest(book, world, random);
  const before = countsOf(book, world);
  attack(book, world, plan, random);
  const counts = countsOf(book, world);
  const stored = book.store(plan.anchors ? world.tried.slice(0, ANCHORS) : []);
  const lives = Array.from({ length: plan.lives }, () => {
    const up = upOf(world.honest, plan, random);
    return startAnew(stored, { ...world, up }, plan, random);
  });
  return { before, counts, lives };
}

/** The same with one flat list of all addresses, dialled in random order: what one would do first. */
export function tryToCaptureList(seed, given = {}) {
  const plan = { ...DEFAULTS, ...given };
  const random = seededRandom(seed, 77);
  const world = newWorld(random, plan);
  const list = [...world.honest, ...hostileAddresses(plan)];
  const links = { honest: 0, hostile: 0 };
  for (const address of random.shuffled(list)) {
    if (links.honest + links.hostile === plan.links) break;
    const key = formatAddress(address);
    if (world.up.has(key)) links.honest++;
    else if (world.hostile.has(key)) links.hostile++;
  }
  return { lives: [links] };
}

function newWorld(random, plan) {
  const honest = random.shuffled(
    Array.from({ length: HONEST }, (_, i) => ({ host: `20.${i}.1.1`, port: 6001 })),
  );
  const up = upOf(honest, plan, random);
  const hostile = new Set(hostileAddresses(plan).map(formatAddress));
  return { honest, up, hostile, tried: honest.slice(0, HONEST_TRIED) };
}

/** The honest peers that answer; the first are the anchors. */
function upOf(honest, plan, random) {
  const isUp = (_, i) => random.fraction() >= (i < ANCHORS ? plan.anchorsDown : plan.down);
  return new Set(honest.filter(isUp).map(formatAddress));
}

function hostileAddresses({ netgroups }) {
  return Array.from({ length: HOSTILE }, (_, i) => {
    const [group, number] = [i % netgroups, Math.floor(i / netgroups)];
    const host = `${60 + (group >> 8)}.${group & 255}.${number >> 8}.${number & 255}`;
    return { host, port: 6001 };
  });
}

function learnOfHonest(book, world, random) {
  const informants = world.honest.slice(0, INFORMANTS);
  for (const address of world.honest) {
    for (const by of random.sample(informants, TELLERS)) {
      book.addOffered(address, { address: by, scope: 'global' });
    }
  }
  for (const address of world.tried) book.onFound(address);
}

/** Tells the node of everything, in random order, while it dials its feelers. */
function attack(book, world, plan, random) {
  const feelers = plan.hours * FEELERS_PER_HOUR;
  const told = random.shuffled(hostileAddresses(plan));
  for (const [i, address] of told.entries()) {
    const source = random.below(plan.sources) % plan.netgroups;
    const by = { host: `${60 + (source >> 8)}.${source & 255}.200.1`, port: 6001 };
    book.addOffered(address, { address: by, scope: 'global' });
    if ((i * feelers) % told.length < feelers) feel(book, world);
  }
}

function feel(book, { up, hostile }) {
  const target = book.nextToFeel(() => true);
  if (target === undefined) return;
  if (up.has(target.key) || hostile.has(target.key)) book.onFound(target.address);
  else book.onNotFound(target.address);
}

function countsOf(book, { hostile }) {
  const counts = { honestTried: 0, hostileTried: 0, honestNew: 0, hostileNew: 0 };
  for (const entry of book.entries()) {
    const who = hostile.has(entry.key) ? 'hostile' : 'honest';
    counts[`${who}${entry.triedPlace === undefined ? 'New' : 'Tried'}`]++;
  }
  return counts;
}

/** The next life: dials as it likes, until it has all links or time is over; says to whom the links are. */
function startAnew(storedPeers, { up, hostile }, plan, random) {
  const settings = nodeSettings(
    { host: '9.9.9.9', port: 6001 },
    { proofOfWork: 'none', minConnections: plan.links, maxConnections: 32, extension: false },
  );
  const node = new GossipNode({ settings, random, proofs: NO_PROOFS, storedPeers });
  const links = { honest: 0, hostile: 0 };
  let [now, link] = [0, 0];
  const give = (input) => {
    for (const effect of node.handle(input, now))
      if (effect.kind === 'dial') answer(effect.address);
  };
  const waiting = [];
  const answer = (address) => waiting.push(address);
  give({ kind: 'start' });
  while (now < PATIENCE && links.honest + links.hostile < plan.links) {
    const address = waiting.shift();
    if (address === undefined) {
      now = node.nextDeadline() ?? PATIENCE;
      give({ kind: 'wake' });
      continue;
    }
    const key = formatAddress(address);
    const isHostile = hostile.has(key);
    if (!isHostile && !up.has(key)) {
      give({ kind: 'dial-failed', address, reason: 'down' });
      continue;
    }
    link++;
    const local = { host: '9.9.9.9', port: 50_000 };
    give({ kind: 'link-opened', link, dialled: address, remote: address, local });
    if (isHostile) links.hostile++;
    else links.honest++;
    give({ kind: 'message', link, message: { kind: 'peer-validation', valid: true } });
  }
  return links;
}

const NO_PROOFS = {
  checkNonce: () => true,
  checkOffer: () => true,
  digest: () => '0123456789abcdef',
};
