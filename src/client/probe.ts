/**
 * Waiting until a node has read what was sent to it a moment ago. The protocol has no word for that. But a
 * node takes connections in their order: once it has answered the end of a second, empty connection, it has
 * taken the first and read what was in it before.
 */
import type { ApiTarget } from './api-target.ts';
import { dial } from './dial.ts';

/** Milliseconds after which the wait ends anyhow: other modules may not answer the end of a connection. */
const PROBE_TIME = 1_000;

/** Resolves when the node has caught up, or after a second. Never rejects. */
export async function nodeHasCaughtUp(target: ApiTarget): Promise<void> {
  try {
    const socket = await dial(target, { timeout: PROBE_TIME });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PROBE_TIME);
      socket
        .on('error', () => {})
        .once('close', () => {
          clearTimeout(timer);
          resolve();
        });
      socket.resume().end();
    });
    socket.destroy();
  } catch {
    // A node that takes no second connection cannot be asked; the first one will tell if it is gone.
  }
}
