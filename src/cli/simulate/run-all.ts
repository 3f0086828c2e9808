/** Runs what was asked for, seed after seed, until it is done or somebody asks to stop. */
import { CheckFailure, SimulationFailure } from '../../sim/failure.ts';
import type { ScenarioResult } from '../../sim/scenario/result.ts';
import type { ScenarioRunOptions } from '../../sim/scenario/scenario-run.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { Failure } from '../failure.ts';
import { howToCall } from '../invocation.ts';
import { drive } from './drive.ts';
import type { Interruption } from './interruption.ts';
import { progressDisplay } from './progress-bar.ts';
import type { Request } from './request.ts';

/**
 * At least one result; the last is partial if it was interrupted.
 *
 * @throws Failure with exit code 1 if a promise is broken: what happened, and what to type to see it again.
 */
export async function runAll(
  { scenarios, repetition }: Request,
  interruption: Interruption,
  onStep: ScenarioRunOptions['onStep'],
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    if (interruption.isAsked) break;
    const repeat = repetition(scenario.seed);
    results.push(
      await runOne(scenario, { interruption, onStep, repeat, isOneOfMany: scenarios.length > 1 }),
    );
  }
  return results;
}

interface RunOne {
  readonly interruption: Interruption;
  readonly onStep: ScenarioRunOptions['onStep'];
  readonly repeat: readonly string[];
  readonly isOneOfMany: boolean;
}

async function runOne(
  scenario: Scenario,
  { interruption, onStep, repeat, isOneOfMany }: RunOne,
): Promise<ScenarioResult> {
  const display = progressDisplay(isOneOfMany ? `seed ${scenario.seed}` : scenario.name);
  try {
    return await drive(scenario, {
      ...(onStep === undefined ? {} : { onStep }),
      isAskedToStop: () => interruption.isAsked,
      onProgress: (progress) => display.show(progress),
    });
  } catch (error) {
    if (!(error instanceof SimulationFailure || error instanceof CheckFailure)) throw error;
    const command = [callOfThisProcess(), 'simulate', ...repeat].join(' ');
    throw new Failure(1, `${oneLine(error.message)}; to repeat it: ${command}`);
  } finally {
    display.clear();
  }
}

/** How to call this very process again. */
function callOfThisProcess(): string {
  return howToCall({
    script: process.argv[1] ?? 'hearsay',
    path: process.env['PATH'],
    isNpmScript: process.env['npm_lifecycle_event'] === 'start',
  });
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
