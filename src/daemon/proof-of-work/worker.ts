/**
 * The thread that searches. Between two slices it looks for orders, so a job is dropped some milliseconds
 * after the order at the latest; without jobs it sleeps.
 */
import { randomBytes } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { assert } from '../../basics/assert.ts';
import { readU64 } from '../../basics/integers.ts';
import type { Order } from './jobs.ts';
import { Workbench } from './workbench.ts';

assert(parentPort !== null, 'proof-of-work/worker runs as a worker thread only');
const port = parentPort;
const workbench = new Workbench(() => readU64(randomBytes(8), 0));
let isWorking = false;

port.on('message', (order: Order) => {
  workbench.carryOut(order);
  if (!isWorking) work();
});

function work(): void {
  const answer = workbench.step();
  if (answer !== undefined) port.postMessage(answer);
  isWorking = !workbench.isIdle;
  // An immediate, not a loop: messages are read in between.
  if (isWorking) setImmediate(work);
}
