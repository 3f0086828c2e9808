/**
 * The thread that searches. Between two slices it looks for orders, so a portion is stopped some milliseconds
 * after the order at the latest; without one it sleeps.
 */
import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../basics/assert.ts';
import { readU64 } from '../../basics/integers.ts';
import type { Order } from './jobs.ts';
import { createKernel, type KernelName } from './kernel.ts';
import { Workbench } from './workbench.ts';

assert(parentPort !== null, 'proof-of-work/worker runs as a worker thread only');
const port = parentPort;
// What worker-thread.ts starts it with.
const { kernel } = workerData as { readonly kernel: KernelName | undefined };
const workbench = new Workbench({
  kernel: createKernel(kernel),
  drawStart: () => readU64(randomBytes(8), 0),
});
let isWorking = false;

port.on('message', (order: Order) => {
  workbench.carryOut(order);
  if (!isWorking) work();
});

function work(): void {
  const report = workbench.step();
  if (report !== undefined) port.postMessage(report);
  isWorking = !workbench.isIdle;
  // An immediate, not a loop: messages are read in between.
  if (isWorking) setImmediate(work);
}
