/** The thread of a large run: see large-run.ts, its other end. Any message asks it to come to an end. */
import { parentPort, workerData } from 'node:worker_threads';
import { CheckFailure, SimulationFailure } from '../../sim/failure.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { driveHere } from './drive.ts';
import type { LargeRunReport } from './large-run.ts';

const { scenario } = workerData as { readonly scenario: Scenario };
let isAskedToStop = false;
parentPort?.on('message', () => (isAskedToStop = true));

function say(report: LargeRunReport): void {
  parentPort?.postMessage(report);
}

try {
  const result = await driveHere(scenario, {
    isAskedToStop: () => isAskedToStop,
    onProgress: (progress) => say({ kind: 'progress', progress }),
  });
  say({ kind: 'result', result });
} catch (error) {
  if (!(error instanceof SimulationFailure || error instanceof CheckFailure)) throw error;
  say({ kind: 'failure', message: error.message });
} finally {
  parentPort?.close();
}
