/** Waiting for something to happen, never for time to pass. The limit is that of the test. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks. */
const LOOK_INTERVAL = 2;

/** Resolves once `isTrue()`, which is asked every two milliseconds. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(LOOK_INTERVAL);
}

/**
 * Lets the event loop turn so often: whatever is due in this process is done then, also in nodes that run in
 * it, such as reading what was just sent to them over loopback. Says nothing of other processes.
 */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
