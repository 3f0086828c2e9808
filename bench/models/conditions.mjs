/**
 * The conditions of a run, and everything that chance decides in it: who is linked with whom, who announces,
 * who fails. All of it follows from the conditions alone, so that every model meets the same.
 */
import { seededRandom } from '../../dist/basics/random.js';
import { scramble } from '../../dist/sim/latency.js';
import { randomOverlay } from './overlay.mjs';

/**
 * @typedef {object} Conditions
 * @property {number} seed any 32-bit integer
 * @property {number} nodes
 * @property {{ min: number, max: number }} links of every node; at most 32, see links.mjs
 * @property {number} size bytes of data in an announcement, at least 4
 * @property {number} rate announcements per second while it is measured
 * @property {number} messages announcements that are measured; after a crash only those of the next 6 s
 * @property {number} warmUp announcements before that, over 60 s, that do not count
 * @property {number} bandwidth of every uplink in Mbit/s; 0 is without limit
 * @property {{ min: number, max: number }} latency one way, uniform over the pairs, in ms
 * @property {number} validation mean of the exponentially distributed time to a verdict, in ms
 * @property {number} crash share of the nodes that lose power when measuring begins
 * @property {number} freeRiders share of the nodes that never pass on a payload, but do everything else
 * @property {number} existing share of the nodes that know only 504 to 510; of hearsay
 * @property {number} degree of hearsay
 */

/** @type {Conditions} */
export const DEFAULT_CONDITIONS = {
  seed: 1,
  nodes: 1_000,
  links: { min: 15, max: 30 },
  size: 1_024,
  rate: 5,
  messages: 100,
  warmUp: 300,
  bandwidth: 50,
  latency: { min: 10, max: 100 },
  validation: 5,
  crash: 0,
  freeRiders: 0,
  existing: 0,
  degree: 8,
};

/** When what begins, in ms. Links stand, and meshes are made, before the first announcement. */
export const WARM_UP_AT = 5_000;
const WARM_UP_LASTS = 60_000;
/** Between warm-up and measuring: what the warm-up has left behind (gossip of 3 s, queues) is gone. */
const REST = 5_000;
export const MEASURE_AT = WARM_UP_AT + WARM_UP_LASTS + REST;
/** Receipts count until so long after the last announcement. */
export const SETTLE = 20_000;
/** Nothing is repaired within this after a crash, so that only what is there already can help. */
const CRASH_COUNTS = 6_000;

/**
 * @param {Partial<Conditions>} some
 * @returns {Conditions}
 */
export function completeConditions(some) {
  const conditions = { ...DEFAULT_CONDITIONS, ...some };
  const { crash, rate, messages } = conditions;
  if (crash === 0) return conditions;
  return {
    ...conditions,
    messages: Math.max(1, Math.min(messages, (CRASH_COUNTS / 1_000) * rate)),
  };
}

/**
 * What chance decides. Messages are numbered from 0, those of the warm-up first.
 *
 * @param {Conditions} conditions
 */
export function drawPlan(conditions) {
  const { seed, nodes, links, warmUp, messages, rate, crash, freeRiders, existing, validation } =
    conditions;
  // Streams of its own: the simulation of hearsay uses others of the same seed.
  const random = (stream) => seededRandom(seed, 0x6d0d_e100 + stream);
  const everybody = Array.from({ length: nodes }, (_, node) => node);
  const dials = randomOverlay(nodes, links, random(0));
  const crashed = new Set(random(1).sample(everybody, Math.round(nodes * crash)));
  const riders = new Set(random(2).sample(everybody, Math.round(nodes * freeRiders)));
  const existingNodes = new Set(random(4).sample(everybody, Math.round(nodes * existing)));
  const publishers = everybody.filter((node) => !crashed.has(node) && !riders.has(node));
  const drawn = random(3);
  const schedule = Array.from({ length: warmUp + messages }, (_, number) => ({
    number,
    publisher: drawn.pick(publishers),
    at:
      number < warmUp
        ? WARM_UP_AT + Math.round((number * WARM_UP_LASTS) / warmUp)
        : MEASURE_AT + Math.round(((number - warmUp) * 1_000) / rate),
  }));
  return {
    /** For each node those that it dials. */
    dials,
    crashed,
    riders,
    existingNodes,
    /** Those whose receipts count. */
    counted: publishers,
    schedule,
    /** How long a node takes to its verdict on a message, in ms: the same in every model. */
    verdictAfter: (node, number) => Math.round(-validation * Math.log(draw(seed, node, number))),
  };
}

/** A number in 0 < x ≤ 1 that looks random, for a node and a message. */
function draw(seed, node, number) {
  const hash = scramble(scramble(seed ^ Math.imul(node + 1, 0x9e37_79b1)) ^ (number + 1));
  return ((hash >>> 0) + 1) / 0x1_0000_0000;
}
