/** The types of baseline.mjs, for the tests. */
export interface Difference {
  readonly scenario: string;
  readonly figure: string;
  readonly was: number | null;
  readonly is: number | null;
  readonly noise: number;
  readonly isBeyond: boolean;
}

export type Figures = Readonly<Record<string, number | null>>;
export type KnownFigures = Readonly<
  Record<string, { readonly value: number | null; readonly noise: number }>
>;

export const SEEDS: number;
export function comparedScenarios(): string[];
export function readScenario(name: string): { readonly name: string };
export function readBaseline(): Readonly<Record<string, KnownFigures>>;
export function writeBaseline(baseline: Readonly<Record<string, KnownFigures>>): void;
export function figuresOf(result: object): Figures;
export function noiseOf(name: string, values: readonly (number | null)[]): number;
export function differences(
  scenario: string,
  known: KnownFigures | undefined,
  measured: Figures,
): Difference[];
export function formatDifferences(rows: readonly Difference[]): string;
