/**
 * Numbers that occur in many places of a scenario file, and the largest of them.
 */
import { numberIn, type Shape } from './shape.ts';

/** Nodes of one run, those that join later included: streams of chance are told apart for so many. */
export const NODES_MAX = 1_048_576;
/** Virtual time of any moment or length in a scenario: a week. The engine counts to 24 days. */
export const MILLIS_MAX = 604_800_000;

/** A part of a whole. */
export const share = numberIn({ min: 0, max: 1 });
/** A moment, or a length of time that may be nothing. */
export const millis = numberIn({ min: 0, max: MILLIS_MAX, isWhole: true, unit: 'ms' });
/** A length of time. */
export const duration = numberIn({ min: 1, max: MILLIS_MAX, isWhole: true, unit: 'ms' });

export function count(min: number, max: number): Shape<number> {
  return numberIn({ min, max, isWhole: true });
}

/** The most netgroups of honest nodes: 10.0 to 10.199; adversaries that keep to their own are in those after. */
export const NETGROUPS_MAX = 200;
