/**
 * How a simulation fails: with everything that is needed to see it again.
 */
import type { Instant } from '../core/settings.ts';

/** A promise that was seen broken, in one sentence. {@link SimulationFailure} adds where and when. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
}

export interface FailureContext {
  readonly seed: number;
  readonly now: Instant;
  /** Inputs given to nodes so far, the failing one included. */
  readonly inputs: number;
  /** What was going on: which node, which input. */
  readonly during: string;
}

/** Thrown out of `Simulation.run`; `cause` is the original error. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  readonly seed: number;
  readonly now: Instant;

  constructor(context: FailureContext, cause: unknown) {
    const { seed, now, inputs, during } = context;
    const what = cause instanceof Error ? cause.message : String(cause);
    super(
      `seed ${seed}, virtual time ${now} ms, input ${inputs}: ${during}: ${what} ` +
        `(to repeat: the same scenario with seed ${seed}; onStep shows the inputs that lead here)`,
      { cause },
    );
    this.seed = seed;
    this.now = now;
  }
}
