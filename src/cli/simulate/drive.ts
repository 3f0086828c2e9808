/**
 * Drives a run of the simulator, which is one long synchronous computation in small steps: between two of
 * them the process gets to hear of signals and to draw its progress.
 */
import { setImmediate } from 'node:timers/promises';
import type { ScenarioResult } from '../../sim/scenario/result.ts';
import {
  ScenarioRun,
  type Progress,
  type ScenarioRunOptions,
} from '../../sim/scenario/scenario-run.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { driveLarge, isLarge } from './large-run.ts';

export interface DriveOptions extends ScenarioRunOptions {
  /** Asked after every step; when it says true, the run ends with what was measured so far. */
  readonly isAskedToStop?: () => boolean;
  readonly onProgress?: (progress: Progress) => void;
}

/** Whatever a step throws comes out: a broken promise of the node, with the seed. */
export async function drive(
  scenario: Scenario,
  options: DriveOptions = {},
): Promise<ScenarioResult> {
  const { isAskedToStop = () => false, onProgress, onStep } = options;
  // Steps can be shown only where they are taken.
  if (onStep !== undefined || !isLarge(scenario)) return driveHere(scenario, options);
  return driveLarge(scenario, { isAskedToStop, onProgress });
}

/** The same, in this very thread and with the memory that it has. */
export async function driveHere(
  scenario: Scenario,
  { isAskedToStop = () => false, onProgress, ...options }: DriveOptions = {},
): Promise<ScenarioResult> {
  const run = new ScenarioRun(scenario, options);
  while (!isAskedToStop() && run.step()) {
    onProgress?.(run.progress);
    await setImmediate();
  }
  return run.result();
}
