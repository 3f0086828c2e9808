/**
 * What a network that was cut in two makes of it: who gets when what was announced on the other side meanwhile.
 *
 *     npm run build && node bench/partition.mjs                          # 1,000 nodes, cut for 60 s
 *     node bench/partition.mjs --nodes 200 --seconds 30 --silence 20 --seeds 3
 *
 * Same overlay, latency, uplinks and validators as bench/models. `--silence`: after so many seconds a link that
 * is cut breaks, as keep-alive would have it; more than --seconds: all of them live on, and nothing is lost in
 * the first place. Late receipts are those on the other side of what was announced during the cut; they count
 * from the moment when it is healed. Twice: subscribers that were notified of a message more than once.
 */
import { parseArgs } from 'node:util';
import { completeConditions, drawPlan, MEASURE_AT } from './models/conditions.mjs';
import { hearsayNetwork } from './models/hearsay.mjs';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    silence: { type: 'string', default: '20' },
    rate: { type: 'string', default: '5' },
    seeds: { type: 'string', default: '1' },
    degree: { type: 'string', default: '8' },
  },
});
const nodes = Number(values.nodes);
const lasts = Number(values.seconds) * 1_000;
const rate = Number(values.rate);
/** How long receipts count after the cut is healed. */
const SETTLE = 60_000;

console.log('| seed | late receipts | missing | twice | p50 | p95 | p99 | max |');
console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (let seed = 1; seed <= Number(values.seeds); seed++) report(seed, run(seed));

function run(seed) {
  const conditions = completeConditions({
    seed,
    nodes,
    rate,
    size: 1_024,
    messages: (lasts / 1_000) * rate,
    degree: Number(values.degree),
  });
  const plan = drawPlan(conditions);
  const notified = new Map();
  const network = hearsayNetwork(conditions, {
    plan,
    settings: { proofOfWork: 'none' },
    simulation: {
      checks: false,
      silenceMax: Number(values.silence) * 1_000,
      onStep: ({ node, effects }) => countNotifications(notified, node, effects),
    },
  });
  const publish = ({ at, publisher, number }) => {
    network.runTo(at);
    network.publish(publisher, number);
  };
  plan.schedule.slice(0, conditions.warmUp).forEach(publish);
  network.runTo(MEASURE_AT - 1);
  notified.clear();
  const { simulation } = network;
  const half = (side) => simulation.nodes.filter(({ index }) => index % 2 === side);
  const cut = simulation.partition(half(0), half(1));
  const measured = plan.schedule.slice(conditions.warmUp);
  measured.forEach(publish);
  const healedAt = MEASURE_AT - 1 + lasts;
  network.runTo(healedAt);
  cut.heal();
  network.runTo(healedAt + SETTLE);
  return { network, measured, healedAt, notified };
}

function countNotifications(notified, node, effects) {
  for (const effect of effects) {
    if (effect.kind !== 'notify') continue;
    const { data } = effect;
    const number = ((data[0] << 24) | (data[1] << 16) | (data[2] << 8) | data[3]) >>> 0;
    const key = number * nodes + node;
    notified.set(key, (notified.get(key) ?? 0) + effect.clients.length);
  }
}

function report(seed, { network, measured, healedAt, notified }) {
  const late = [];
  let missing = 0;
  for (const { number, publisher } of measured) {
    const receipts = network.receipts(number);
    for (let node = 0; node < nodes; node++) {
      if (node === publisher) continue;
      const at = receipts.arrivalAt(node);
      if (at === undefined) missing += 1;
      else if (node % 2 !== publisher % 2) late.push(Math.max(0, at - healedAt));
    }
  }
  late.sort((a, b) => a - b);
  const twice = [...notified.values()].filter((times) => times > 1).length;
  const at = (share) => `${late[Math.min(late.length - 1, Math.floor(share * late.length))]} ms`;
  const row = [seed, late.length, missing, twice, at(0.5), at(0.95), at(0.99), `${late.at(-1)} ms`];
  console.log(`| ${row.join(' | ')} |`);
}
