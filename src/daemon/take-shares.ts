/** What single hosts, ranges and connections have of what each of them may have: the core's, and that of the sockets. */
import type { Bounded, Shares } from '../core/snapshot.ts';
import type { Api } from './api/api.ts';
import type { Reporter } from './observe/reporter.ts';
import type { DaemonBounds } from './sockets/bounds.ts';
import type { Transport } from './transport/transport.ts';

/** Adds to {@link Shares} what only the sockets know. */
export interface DaemonShares extends Shares {
  /** Inbound connections whose TLS handshake is not complete. */
  readonly handshakes: Bounded;
  readonly handshakesPerHost: Bounded;
  readonly handshakesPerRange: Bounded;
  /** Handshakes that were begun in this second. */
  readonly handshakesThisSecond: Bounded;
  readonly handshakesThisSecondPerHost: Bounded;
  /** Bytes that wait in the longest queue. */
  readonly linkQueueBytes: Bounded;
  readonly clientQueueBytes: Bounded;
  /** Lines that were logged in this second. */
  readonly logLines: Bounded;
}

export function takeDaemonShares(
  core: Shares,
  parts: {
    readonly transport: Pick<Transport, 'handshakes' | 'table'>;
    readonly api: Pick<Api, 'table'>;
    readonly reporter: Pick<Reporter, 'linesNow'>;
  },
  { handshake, link, client, logLinesPerTick }: DaemonBounds,
): DaemonShares {
  const { pending, perHost, perRange, begun, begunPerHost } = parts.transport.handshakes;
  return {
    ...core,
    handshakes: { size: pending, max: handshake.pendingMax },
    handshakesPerHost: { size: perHost, max: handshake.pendingPerSiteMax },
    handshakesPerRange: { size: perRange, max: handshake.pendingPerBlockMax },
    handshakesThisSecond: { size: begun, max: handshake.perTickMax },
    handshakesThisSecondPerHost: { size: begunPerHost, max: handshake.perSitePerTickMax },
    linkQueueBytes: { size: parts.transport.table.longestQueueBytes, max: link.queueBytesMax },
    clientQueueBytes: { size: parts.api.table.longestQueueBytes, max: client.queueBytesMax },
    logLines: { size: parts.reporter.linesNow, max: logLinesPerTick },
  };
}
