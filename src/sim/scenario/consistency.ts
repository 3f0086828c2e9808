/**
 * What goes together in a scenario and what does not: values that are right by themselves and impossible
 * beside each other. Nothing is quietly clamped: a run must be what its file says.
 */
import { linksLaidOut } from './acquaintance.ts';
import { headcount } from './headcount.ts';
import type { LatencyPlan, Scenario } from './scenario.ts';
import { ScenarioError } from './scenario-error.ts';
import { MILLIS_MAX, NODES_MAX } from './quantities.ts';

/** Throws {@link ScenarioError} with `scenario-conflict` for the first thing that cannot be. */
export function expectConsistent(scenario: Scenario): void {
  checkLinks(scenario);
  checkLatency(scenario.network.latencyMs);
  checkAdversaries(scenario);
  checkPopulation(scenario);
  checkWorkload(scenario);
  checkMoments(scenario);
  checkFaults(scenario);
  checkLaidOut(scenario);
}

/** When the last announcement has settled, from the end of the warm-up, in ms. */
export function workloadEnd(workload: Scenario['workload']): number {
  const { announcements, rate, startMs, settleMs } = workload;
  return startMs + Math.ceil((Math.max(0, announcements - 1) * 1_000) / rate) + settleMs;
}

function conflict(path: string, value: unknown, problem: string, allowed: string): never {
  throw new ScenarioError({ code: 'scenario-conflict', path, value, problem, allowed });
}

function checkLinks({ gossip, nodes }: Scenario): void {
  const { degree, min_connections: min, max_connections: max } = gossip;
  const others = `at most ${nodes - 1}, one less than nodes`;
  if (degree !== undefined && degree >= nodes) {
    conflict('gossip.degree', degree, `more than a node has peers, nodes is ${nodes}`, others);
  }
  if (min !== undefined && min >= nodes) {
    conflict('gossip.min_connections', min, `no node has so many peers, nodes is ${nodes}`, others);
  }
  expectAtMost('degree', degree, 'min_connections', min);
  expectAtMost('min_connections', min, 'max_connections', max);
  expectAtMost('degree', degree, 'max_connections', max);
}

function expectAtMost(
  lowName: string,
  low: number | undefined,
  highName: string,
  high: number | undefined,
): void {
  if (low === undefined || high === undefined || low <= high) return;
  conflict(`gossip.${lowName}`, low, `more than ${highName}, which is ${high}`, `1 to ${high}`);
}

function checkLatency(plan: LatencyPlan): void {
  const path = 'network.latencyMs';
  if (typeof plan === 'number') return;
  if ('min' in plan && plan.min > plan.max) {
    conflict(`${path}.min`, plan.min, `more than max, which is ${plan.max}`, `0 to ${plan.max}`);
  }
  if (!('regions' in plan)) return;
  const names = Object.keys(plan.regions);
  const sum = Object.values(plan.regions).reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-6) {
    const shown = Number(sum.toFixed(6));
    conflict(`${path}.regions`, plan.regions, `the shares add up to ${shown}`, 'a sum of 1');
  }
  for (const [from, row] of Object.entries(plan.table)) {
    for (const name of [from, ...Object.keys(row)]) {
      if (Object.hasOwn(plan.regions, name)) continue;
      conflict(`${path}.table.${from}`, row, `no region is called ${name}`, names.join(', '));
    }
  }
  for (const from of names) {
    for (const to of names) expectDelay(plan.table, from, to, path);
  }
}

function expectDelay(
  table: Readonly<Record<string, Readonly<Record<string, number>>>>,
  from: string,
  to: string,
  path: string,
): void {
  const has = (a: string, b: string): boolean =>
    Object.hasOwn(table, a) && Object.hasOwn(table[a]!, b);
  if (has(from, to) || has(to, from)) return;
  const what = `nothing says how far it is from ${from} to ${to}`;
  conflict(`${path}.table`, undefined, what, 'a delay for every two regions and within each');
}

/** Honest nodes that there have to be: one that announces and one that listens. */
const HONEST_MIN = 2;

function checkAdversaries(scenario: Scenario): void {
  const { nodes } = scenario;
  const { hostile, perPlan } = headcount(scenario);
  for (const [index, plan] of scenario.adversaries.entries()) {
    const path = `adversaries[${index}]`;
    if ((plan.share === undefined) === (plan.count === undefined)) {
      const problem = plan.share === undefined ? 'neither share nor count' : 'share and count';
      // Not a combination of values but a form that the schema refuses too.
      throw new ScenarioError({
        code: 'scenario-value',
        path,
        value: plan,
        problem,
        allowed: 'one of the two',
      });
    }
    if (perPlan[index] === 0) {
      conflict(`${path}.share`, plan.share, `that is nobody of ${nodes} nodes`, 'at least one');
    }
  }
  if (nodes - hostile >= HONEST_MIN) return;
  const problem = `${hostile} adversaries among ${nodes} nodes`;
  conflict('adversaries', undefined, problem, `at most ${nodes - HONEST_MIN}`);
}

function checkPopulation(scenario: Scenario): void {
  const { population, network } = scenario;
  const { honest, undialable } = headcount(scenario);
  const { slowValidators, silentSubscribers } = population;
  if (slowValidators + silentSubscribers > 1 + 1e-9) {
    const problem = `with silentSubscribers, which is ${silentSubscribers}, more than all`;
    conflict('population.slowValidators', slowValidators, problem, 'a sum of up to 1');
  }
  if (undialable >= honest) {
    const problem = 'nobody could be dialled, so nobody could join';
    conflict('network.undialable', network.undialable, problem, 'at least one node to dial');
  }
}

function checkWorkload(scenario: Scenario): void {
  const { workload, nodes } = scenario;
  const { honest } = headcount(scenario);
  if (workload.publishers !== null && workload.publishers > honest) {
    const problem = `there are ${honest} honest nodes`;
    conflict('workload.publishers', workload.publishers, problem, `1 to ${honest}`);
  }
  if (workloadEnd(workload) > MILLIS_MAX) {
    const problem = `${workload.announcements} announcements take more than a week`;
    conflict('workload.rate', workload.rate, problem, 'a higher rate');
  }
  const joining = scenario.faults.reduce(
    (sum, fault) => sum + (fault.kind === 'join' ? fault.count : 0),
    0,
  );
  if (nodes + joining > NODES_MAX) {
    conflict('nodes', nodes, `with those that join ${nodes + joining}`, `a sum of ${NODES_MAX}`);
  }
}

/** What begins after the last announcement has settled would change nothing that is measured. */
function checkMoments(scenario: Scenario): void {
  const end = workloadEnd(scenario.workload);
  const allowed = `0 to ${end - 1}, before the last announcement has settled`;
  const check = (path: string, at: number | undefined): void => {
    if (at !== undefined && at >= end) {
      conflict(`${path}.at`, at, `measuring is over at ${end} ms`, allowed);
    }
  };
  for (const [index, fault] of scenario.faults.entries()) check(`faults[${index}]`, fault.at);
  for (const [index, plan] of scenario.adversaries.entries()) {
    check(`adversaries[${index}]`, plan.at);
  }
}

/** Nodes that have what was laid out for them look for nothing else, so nothing may be lost or unreachable. */
function checkLaidOut({ warmUp, faults, adversaries, network, gossip, nodes }: Scenario): void {
  if (warmUp.join !== 'laid-out') return;
  const refuse = (problem: string): never =>
    conflict('warmUp.join', warmUp.join, problem, 'known-peers or bootstrapper');
  if (faults.length > 0) refuse('such a network does not heal, and there are faults');
  if (adversaries.length > 0) refuse('such a network does not heal, and there are adversaries');
  if (network.undialable > 0) refuse('every node is dialled, and some cannot be');
  const { max_connections: max = 32 } = gossip;
  const links = linksLaidOut(gossip);
  if (links > max) refuse(`every node has ${links} links, max_connections is ${max}`);
  if (links >= nodes) refuse(`every node has ${links} links, and there are ${nodes} nodes`);
}

function checkFaults({ faults, nodes }: Scenario): void {
  for (const [index, fault] of faults.entries()) {
    const path = `faults[${index}].share`;
    if (fault.kind === 'partition') {
      const first = Math.round(fault.share * nodes);
      if (first >= 1 && first < nodes) continue;
      const problem = `that splits off ${first === 0 ? 'nobody' : 'everybody'} of ${nodes} nodes`;
      conflict(path, fault.share, problem, 'at least one node in each group');
    }
    if (fault.kind === 'crash' && Math.round(fault.share * nodes) === 0) {
      conflict(path, fault.share, `that is nobody of ${nodes} nodes`, 'at least one node');
    }
    if ((fault.kind === 'stall' || fault.kind === 'reset') && fault.share === 0) {
      conflict(path, fault.share, 'that is no link', 'more than 0');
    }
  }
}
