/** The models by name, and one run of one of them. */
import { completeConditions, drawPlan, MEASURE_AT, SETTLE } from './conditions.mjs';
import { FanOutNode } from './fan-out.mjs';
import { GossipsubNode } from './gossipsub.mjs';
import { hearsayNetwork } from './hearsay.mjs';
import { outcomeOf } from './measures.mjs';
import { ModelNetwork } from './model-network.mjs';
import { PlumtreeNode } from './plumtree.mjs';

/** What `--models` takes, with what it is. */
export const MODELS = {
  hearsay: 'the core of this node, with --degree; hearsay-N: with degree N',
  'random-N': 'to N random links',
  flood: 'to all links',
  gossipsub: 'gossipsub v1.2, D = 8',
  'gossipsub-N': 'the same with D_high = N instead of 12',
  plumtree: 'Plumtree, timers 300 and 150 ms',
  'plumtree-A-B': 'Plumtree with timers of A and B ms',
};

const NAMES = /^(hearsay|gossipsub)(-\d+)?$|^flood$|^random-\d+$|^plumtree(-\d+-\d+)?$/;

/** The network of a model by its name; throws if there is none of that name. */
function networkOf(name, conditions, plan, trial) {
  const [kind, ...numbers] = NAMES.test(name) ? name.split('-') : [];
  const [a, b] = numbers.map(Number);
  const make = (makeNode) => new ModelNetwork(conditions, plan, makeNode);
  switch (kind) {
    case 'hearsay':
      return hearsayNetwork({ ...conditions, degree: a ?? conditions.degree }, { ...trial, plan });
    case 'random':
      return make((network, index) => new FanOutNode(network, index, a));
    case 'flood':
      return make((network, index) => new FanOutNode(network, index, Infinity));
    case 'gossipsub':
      return make((network, index) => new GossipsubNode(network, index, a));
    case 'plumtree':
      return make(
        (network, index) => new PlumtreeNode(network, index, { first: a ?? 300, second: b ?? 150 }),
      );
    default:
      throw new Error(`no model "${name}"; there are ${Object.keys(MODELS).join(', ')}`);
  }
}

/**
 * Runs a model once.
 *
 * @param {string} name
 * @param {Partial<import('./conditions.mjs').Conditions>} some
 * @param {import('./hearsay.mjs').Trial} [trial] what hearsay does otherwise
 */
export function runModel(name, some, trial) {
  const conditions = completeConditions(some);
  if (conditions.existing > 0 && !name.startsWith('hearsay')) {
    throw new Error(`a share of existing nodes means nothing to the model "${name}"`);
  }
  const plan = drawPlan(conditions);
  return measure(networkOf(name, conditions, plan, trial), conditions, plan);
}

/** Takes a network through warm-up, faults and measured announcements. */
export function measure(network, conditions, plan) {
  const { warmUp } = conditions;
  const announce = ({ at, publisher, number }) => {
    network.runTo(at);
    network.publish(publisher, number);
  };
  plan.schedule.slice(0, warmUp).forEach(announce);
  network.runTo(MEASURE_AT - 1);
  const before = network.traffic();
  for (const node of plan.crashed) network.crash(node);
  const measured = plan.schedule.slice(warmUp);
  measured.forEach(announce);
  network.runTo(measured.at(-1).at + SETTLE);
  return outcomeOf({ network, plan, measured, before });
}
