/**
 * How many nodes of a scenario are what. Shares are rounded to whole nodes here and nowhere else.
 */
import type { Scenario } from './scenario.ts';

export interface Headcount {
  readonly honest: number;
  readonly hostile: number;
  /** Adversaries of each plan. */
  readonly perPlan: readonly number[];
  /** Of the honest: nodes that nobody can dial. */
  readonly undialable: number;
  /** Of the honest: nodes that know only 504 to 510. */
  readonly existing: number;
  /** Of the honest: nodes with a subscriber; and of those the slow ones and the silent ones. */
  readonly subscribers: number;
  readonly slow: number;
  readonly silent: number;
}

export function headcount({ nodes, adversaries, network, population }: Scenario): Headcount {
  const perPlan = adversaries.map(({ share, count }) => count ?? Math.round((share ?? 0) * nodes));
  const hostile = perPlan.reduce((sum, count) => sum + count, 0);
  const honest = Math.max(0, nodes - hostile);
  const subscribers = Math.round(population.subscribers * honest);
  const silent = Math.round(population.silentSubscribers * subscribers);
  const slow = Math.min(Math.round(population.slowValidators * subscribers), subscribers - silent);
  return {
    honest,
    hostile,
    perPlan,
    undialable: Math.round(network.undialable * honest),
    existing: Math.round(population.existing * honest),
    subscribers,
    slow,
    silent,
  };
}
