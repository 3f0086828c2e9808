/**
 * One chart of the report: what is drawn, said in words and listed in a table, all from the same data, so
 * that they cannot contradict each other. Drawing itself is left to the script in the page.
 */
import type { Unit } from '../figures.ts';
import type { Markup } from './markup.ts';

export interface Chart {
  readonly id: string;
  readonly title: string;
  /** One sentence that says what can be seen. */
  readonly summary: string;
  /** The same figures for those who do not look at pictures. */
  readonly table: Markup;
  readonly drawing: Drawing;
  /** Over the whole width of the page, and lower. */
  readonly isWide?: boolean;
}

/** What the page's script gets, as JSON. */
export interface Drawing {
  /** `bars` and `dots` belong to values, `steps` hold from each value to the next. */
  readonly style: 'line' | 'steps' | 'bars' | 'dots';
  readonly x: Axis;
  readonly y: Axis;
  /** The values of x, then those of y for each run; null is a gap. */
  readonly data: readonly (readonly (number | null)[])[];
  /** A name for each run; one alone needs none. */
  readonly runs: readonly string[];
  /** Stretches of x to be shaded. */
  readonly marks?: readonly Mark[];
  /** Charts of the same group share their cursor. */
  readonly group?: string;
}

export interface Axis {
  readonly label: string;
  readonly unit: Unit;
  readonly min?: number;
  readonly max?: number;
}

export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}
