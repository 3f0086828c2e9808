/**
 * Lets the faults of a scenario happen at their moments. The first node is spared from ending: it is what
 * nodes that come back with nothing remembered, and all of whose known peers are gone, can still dial.
 */
import type { Random } from '../../basics/random.ts';
import type { Instant, Millis } from '../../core/settings.ts';
import type { SimNode } from '../sim-node.ts';
import { chanceFor } from './chance.ts';
import type { Fault } from './scenario.ts';
import type { ScenarioNetwork } from './scenario-network.ts';

type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { readonly kind: Kind }>;

/** When a fault is over, from the end of the warm-up. */
export function endOf(fault: Fault): Millis {
  switch (fault.kind) {
    case 'partition':
    case 'stall':
    case 'join':
      return fault.at + fault.lasts;
    case 'crash':
      return fault.at + (fault.restartAfter ?? 0);
    case 'churn':
      return fault.at + fault.lasts + fault.downFor;
    case 'reset':
      return fault.at;
  }
}

/** Puts all faults on the calendar; moments count from now. */
export function scheduleFaults(network: ScenarioNetwork): void {
  const { scenario, simulation } = network;
  for (const [index, fault] of scenario.faults.entries()) {
    const random = chanceFor(scenario.seed, 'faults', index);
    simulation.at(simulation.now + fault.at, () => begin(network, fault, random));
  }
}

function begin(network: ScenarioNetwork, fault: Fault, random: Random): void {
  switch (fault.kind) {
    case 'partition':
      return partition(network, fault, random);
    case 'crash':
      return crash(network, fault, random);
    case 'churn':
      return churn(network, fault, random);
    case 'join':
      return join(network, fault);
    case 'stall':
      return stall(network, fault, random);
    case 'reset':
      for (const link of someLinks(network, fault.share, random)) {
        network.simulation.breakLink(link);
      }
  }
}

function partition(network: ScenarioNetwork, fault: FaultOf<'partition'>, random: Random): void {
  const { simulation } = network;
  const shuffled = random.shuffled(network.nodes);
  const border = Math.min(
    Math.max(1, Math.round(fault.share * shuffled.length)),
    shuffled.length - 1,
  );
  const [first, second] = [shuffled.slice(0, border), shuffled.slice(border)];
  const cut = simulation.partition(first, second, { oneWay: fault.oneWay });
  simulation.at(simulation.now + fault.lasts, () => cut.heal());
}

function crash(network: ScenarioNetwork, fault: FaultOf<'crash'>, random: Random): void {
  const mortal = network.nodes.filter((node) => isMortal(network, node));
  const honest = mortal.length + (network.isHonestAndUp(0) ? 1 : 0);
  const victims = random.sample(mortal, Math.round(fault.share * honest));
  for (const node of victims) network.end(node, fault.how);
  if (fault.restartAfter !== null) {
    comeBack(network, victims, network.simulation.now + fault.restartAfter, fault);
  }
}

/** The next of the nodes that leave, at a time that nobody could foresee, and so on. */
function churn(network: ScenarioNetwork, fault: FaultOf<'churn'>, random: Random): void {
  const { simulation } = network;
  const end = simulation.now + fault.lasts;
  const next = (): void => {
    const gap = -Math.log(1 - random.fraction()) * (60_000 / fault.perMinute);
    const at = simulation.now + Math.max(1, Math.round(gap));
    if (at < end) simulation.at(at, leave);
  };
  const leave = (): void => {
    const node = network.pickHonest(random);
    if (node !== undefined && isMortal(network, node)) {
      network.end(node, fault.how);
      comeBack(network, [node], simulation.now + fault.downFor, fault);
    }
    next();
  };
  next();
}

/** Spread evenly, the last one at the very end. */
function join(network: ScenarioNetwork, fault: FaultOf<'join'>): void {
  const { simulation } = network;
  const start = simulation.now;
  let joined = 0;
  const next = (): void => {
    network.join();
    if (++joined < fault.count) simulation.at(timeOf(joined), next);
  };
  const timeOf = (number: number): Instant =>
    start + Math.round((fault.lasts * (number + 1)) / fault.count);
  simulation.at(timeOf(0), next);
}

function stall(network: ScenarioNetwork, fault: FaultOf<'stall'>, random: Random): void {
  for (const link of someLinks(network, fault.share, random)) {
    network.simulation.stallLink(link, fault.lasts);
  }
}

function someLinks(network: ScenarioNetwork, share: number, random: Random) {
  const links = network.simulation.links();
  return random.sample(links, Math.round(share * links.length));
}

function comeBack(
  network: ScenarioNetwork,
  nodes: readonly SimNode[],
  at: Instant,
  { keepsStore }: { readonly keepsStore: boolean },
): void {
  network.simulation.at(at, () => {
    for (const node of nodes) if (!node.isRunning) network.start(node, { keepsStore });
  });
}

function isMortal(network: ScenarioNetwork, node: SimNode): boolean {
  return node.index !== 0 && network.isHonestAndUp(node.index);
}
