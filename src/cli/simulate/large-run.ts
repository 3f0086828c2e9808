/**
 * Networks that need more memory than V8 gives a program: they run in a thread of their own, which may have
 * nearly all that the machine has. So nobody has to know `--max-old-space-size`.
 *
 * Everything else is as in drive.ts, but there is no `onStep`: a trace of such a run would fill the disk.
 */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { CheckFailure } from '../../sim/failure.ts';
import type { ScenarioResult } from '../../sim/scenario/result.ts';
import type { Progress } from '../../sim/scenario/scenario-run.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { Failure } from '../failure.ts';

/** What a node takes, with its links and with the checks of its steps (measured, rounded up). */
const BYTES_PER_NODE = 32 * 1_024;
/** Of what there is: the rest is for garbage that has not been collected, and for others. */
const HEAP_SHARE = 0.75;
const MACHINE_SHARE = 0.9;
const MEBIBYTE = 2 ** 20;

/** What the thread says. */
export type LargeRunReport =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: ScenarioResult }
  /** A promise was broken. */
  | { readonly kind: 'failure'; readonly message: string };

/**
 * Whether the network may not fit into the memory that this program has. Never where somebody has said how much
 * that is (`--max-old-space-size`), which counts for threads too.
 */
export function isLarge({ nodes }: Pick<Scenario, 'nodes'>): boolean {
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  if (/max[-_]old[-_]space[-_]size/.test(flags)) return false;
  return nodes * BYTES_PER_NODE > HEAP_SHARE * getHeapStatistics().heap_size_limit;
}

/** As `drive`. @throws Failure with exit code 1 if the machine has not memory enough. */
export function driveLarge(
  scenario: Scenario,
  options: {
    readonly isAskedToStop: () => boolean;
    readonly onProgress: ((progress: Progress) => void) | undefined;
  },
): Promise<ScenarioResult> {
  const memory = Math.floor((MACHINE_SHARE * machineMemory()) / MEBIBYTE);
  const worker = new Worker(SCRIPT, {
    name: 'simulation',
    workerData: { scenario },
    resourceLimits: { maxOldGenerationSizeMb: memory },
  });
  return new Promise((resolve, reject) => {
    let isTold = false;
    worker.on('message', (report: LargeRunReport) => {
      if (report.kind === 'result') resolve(report.result);
      else if (report.kind === 'failure') reject(new CheckFailure(report.message));
      else options.onProgress?.(report.progress);
      if (isTold || !options.isAskedToStop()) return;
      isTold = true;
      worker.postMessage('stop');
    });
    worker.on('error', (error) => reject(explained(error, scenario.nodes, memory)));
  });
}

function explained(error: Error, nodes: number, memory: number): Error {
  if (!('code' in error) || error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new Failure(1, `${nodes} nodes need more than the ${memory} MiB that can be had here`);
}

/** In bytes. In a container less than the machine has. */
function machineMemory(): number {
  // It is 0, or far too large, where nothing is constrained.
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Threads run what was built, also when this file is run as it is. */
const SCRIPT = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/cli/simulate/large-run-worker.js', import.meta.url)
  : new URL('./large-run-worker.js', import.meta.url);
