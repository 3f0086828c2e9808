/**
 * `hearsay/sim`: thousands of nodes in one thread under virtual time. They run the core of a real node; the
 * network, the clients, the clock and chance are simulated, and one seed gives one history.
 *
 * By hand: {@link Simulation} adds nodes, connects programs with validators of yours, lets time pass, cuts
 * the network, and tells where an announcement got to.
 *
 * By description: {@link parseScenario} or {@link completeScenario} make a {@link Scenario} (network,
 * population, workload, faults, adversaries), {@link ScenarioRun} runs it step by step, and its
 * {@link ScenarioResult} has the figures that `hearsay simulate` prints.
 *
 * Every promise that a node makes is checked at every step, unless told otherwise; a broken one is a
 * {@link SimulationFailure}, with the seed to see it again.
 */
export { Simulation } from './simulation.ts';
export type {
  NodeOptions,
  Partition,
  RunOptions,
  SimulationOptions,
} from './simulation-options.ts';
export type { LatencyChoice, LogNormalLatency, RegionalLatency } from './latency.ts';
export type { SettingsOverrides } from './node-settings.ts';
export type { SimNode } from './sim-node.ts';
export type {
  AnnounceOptions,
  Received,
  SimClient,
  Validator,
  VerdictChoice,
} from './sim-client.ts';
export type { Announcement } from './announcement.ts';
export type { Counters } from './counters.ts';
export type { LinkEnd } from './link-end.ts';
export type { Core, CoreFactory, StepReport } from './world.ts';
export { CheckFailure, SimulationFailure } from './failure.ts';

export { ScenarioRun, type Progress, type ScenarioRunOptions } from './scenario/scenario-run.ts';
export {
  completeScenario,
  formatScenario,
  parseScenario,
  type ScenarioInput,
} from './scenario/parse-scenario.ts';
export { randomScenario } from './scenario/random-scenario.ts';
export { ScenarioError, type ScenarioErrorCode } from './scenario/scenario-error.ts';
export type * from './scenario/scenario.ts';
export type * from './scenario/result.ts';
export { summarize, type Spread, type SpreadKey, type Summary } from './scenario/summarize.ts';
export { ADVERSARY_ROLES, type AdversaryRole } from './adversaries/roles.ts';
