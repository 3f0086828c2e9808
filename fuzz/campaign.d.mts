import type { Random } from '../src/basics/random.ts';

/** See campaign.mjs. */
export interface Target {
  readonly name: string;
  readonly summary: string;
  readonly seeds: readonly Uint8Array[];
  describe(input: Uint8Array): string[];
  close?(): void;
}

export interface Outcome {
  /** The rule that an execution broke. */
  readonly rule: string;
  readonly message: string;
  readonly stack: string;
}

export interface Finding extends Outcome {
  /** The number of the execution, from 1. */
  readonly execution: number;
  readonly found: Uint8Array;
  /** Minimised. */
  readonly input: Uint8Array;
}

export declare class Campaign {
  readonly executions: number;
  constructor(options: {
    readonly target: Target;
    readonly random: Random;
    readonly corpus?: readonly Uint8Array[];
    readonly publish?: (input: Uint8Array) => void;
  });
  run(options: { readonly executionsMax: number; readonly until?: number }): Finding | undefined;
}

export declare function outcomeOf(target: Target, input: Uint8Array): Outcome | undefined;
