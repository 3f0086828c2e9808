/**
 * The orderly end of a node: accept nothing more, let out what is queued, say goodbye, go. It takes as long
 * as the slowest reader, but never longer than the two times in the bounds together, so a peer that does not
 * read cannot hold it up.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Millis } from '../core/settings.ts';
import type { Api } from './api/api.ts';
import type { Driver } from './driver.ts';
import type { ProofSolver } from './proof-of-work/solver.ts';
import type { DaemonBounds } from './sockets/bounds.ts';
import type { SocketTable } from './sockets/socket-table.ts';
import type { Transport } from './transport/transport.ts';

export interface RunningParts {
  readonly driver: Pick<Driver, 'give' | 'stop'>;
  readonly transport: Pick<Transport, 'stop' | 'table' | 'closed'>;
  readonly api: Pick<Api, 'stop' | 'table' | 'closed'>;
  readonly solver: Pick<ProofSolver, 'close'>;
}

/** How often the queues are looked at while they empty. */
const LOOK_INTERVAL: Millis = 10;

/** Resolves when all ports, files, sockets and threads of the node are gone. Call it once. */
export async function shutDown(parts: RunningParts, bounds: DaemonBounds): Promise<void> {
  const { driver, transport, api, solver } = parts;
  const tables = [transport.table, api.table];
  transport.stop();
  api.stop();
  driver.give({ kind: 'shut-down' });
  // What clients said before this moment is in their sockets: read it, and let it be passed on.
  await nextTurn();
  await nextTurn();
  await emptied(tables, bounds.shutdownFlushTime);
  driver.stop();
  for (const table of tables) table.closeAll();
  const allClosed = Promise.all([transport.closed(), api.closed(), solver.close()]);
  const patience = new AbortController();
  const tooLong = sleep(bounds.shutdownCloseTime, undefined, { signal: patience.signal });
  await Promise.race([allClosed, tooLong]);
  patience.abort();
  await tooLong.catch(() => {});
  for (const table of tables) table.destroyAll();
  await allClosed;
}

async function emptied(tables: readonly SocketTable[], timeMax: Millis): Promise<void> {
  const end = performance.now() + timeMax;
  while (tables.some((table) => table.queuedBytes > 0) && performance.now() < end) {
    await sleep(LOOK_INTERVAL);
  }
}
