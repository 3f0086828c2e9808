/**
 * Every maximum and every fixed time of the sockets, in one place, so that tests can shrink them.
 *
 * Times that judge the *other* side are counted in ticks of the housekeeping timer, not on a clock: while
 * this process is stopped or busy there are no ticks, so nobody is punished for our own absence. A count of
 * n ticks means "at least n whole ticks", in practice up to one tick more.
 */
import { MESSAGE_BYTES_MAX } from '../../wire/message-types.ts';
import type { Millis } from '../../core/settings.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What one kind of connection (links, or clients) may take. */
export interface SocketBounds {
  /** From here on the queue counts as high, until it is below {@link queueLowBytes} again. */
  readonly queueHighBytes: number;
  readonly queueLowBytes: number;
  /** A frame that would make the queue longer than this is dropped, whole, and counted. */
  readonly queueBytesMax: number;
  /** The same for frames that are not a local program's own announcement: those are dropped last. */
  readonly relayedBytesMax: number;
  /** The queue counts as full as soon as it has less room than this: one message of any size. */
  readonly queueMarginBytes: number;
  /** A high queue of which less than {@link stalledBytes} was taken in this many ticks is stalled. */
  readonly stalledTicks: number;
  readonly stalledBytes: number;
  /** A full queue of which less than {@link stuckBytes} was taken in this many ticks: the socket is dropped. */
  readonly stuckTicks: number;
  readonly stuckBytes: number;
  /** A frame that has begun must be complete within this many ticks; ticks while we do not read do not count. */
  readonly frameTicks: number;
  /**
   * Reads of 64 KiB, or as many bytes in smaller ones, before everybody else has a turn. The system would
   * go on for 32, some 70,000 small messages. With 4, six peers that flood delay an announcement by 30 ms
   * instead of 250, and the relay is as fast as without; with 1 it took a tenth more CPU time (measured, see
   * docs/security.md).
   */
  readonly readsPerTurn: number;
  /** Turns in a row for which nothing is written to a client that floods; then something is. */
  readonly heldTurns: number;
  /** When we close, what is queued has this long to leave; what is left then is lost. */
  readonly closingTime: Millis;
  /** Sockets that are closing at once; when there are more, the one that began first is destroyed. */
  readonly closingMax: number;
}

/** What strangers may take before they have shown who they are. */
export interface HandshakeBounds {
  /** A TLS handshake that is not complete after this many ticks: its connection is destroyed. */
  readonly ticks: number;
  /** Inbound connections that are not channels yet; where more come, the eldest of the largest crowd gives way. */
  readonly pendingMax: number;
  /** The same of one address (IPv6: of one /64); what is above is refused. Not for loopback. */
  readonly pendingPerSiteMax: number;
  /** The same of one /24 (IPv6: of one /48). Not for loopback. */
  readonly pendingPerBlockMax: number;
  /** Handshakes begun in one tick, that is, a second; what is above is refused. */
  readonly perTickMax: number;
  /** The same of one address (IPv6: of one /64). Not for loopback. */
  readonly perSitePerTickMax: number;
}

export interface DaemonBounds {
  /** The housekeeping timer's interval. */
  readonly tick: Millis;
  /** A dial that has not connected within this many ticks has failed. */
  readonly dialTicks: number;
  /** A name in a listen address must be found within this time. */
  readonly lookupTime: Millis;
  /** Log lines in one tick; warnings and errors have as many of their own. */
  readonly logLinesPerTick: number;
  /** At shutdown the queues have this long to empty … */
  readonly shutdownFlushTime: Millis;
  /** … and the other sides then have this long to answer our FIN, before what remains is destroyed. */
  readonly shutdownCloseTime: Millis;
  readonly link: SocketBounds;
  readonly client: SocketBounds;
  readonly handshake: HandshakeBounds;
}

const LINK_BOUNDS: SocketBounds = {
  queueHighBytes: MIB,
  queueLowBytes: 512 * KIB,
  queueBytesMax: 4 * MIB,
  relayedBytesMax: 3 * MIB, // A guess: a quarter is kept for what our own clients say.
  queueMarginBytes: MESSAGE_BYTES_MAX,
  stalledTicks: 2,
  stalledBytes: 64 * KIB,
  stuckTicks: 30,
  stuckBytes: 32 * KIB,
  frameTicks: 10,
  readsPerTurn: 4,
  heldTurns: 8, // Together 2 MiB: what the system would read before anything is written.
  closingTime: 1_000,
  closingMax: 256,
};

/** The values of docs/protocol.md; those that are not fixed there say that they are guesses. */
export const DAEMON_BOUNDS: DaemonBounds = {
  tick: 1_000,
  dialTicks: 10,
  logLinesPerTick: 100,
  lookupTime: 5_000,
  shutdownFlushTime: 2_000,
  shutdownCloseTime: 1_000,
  link: LINK_BOUNDS,
  client: { ...LINK_BOUNDS, queueBytesMax: 8 * MIB, relayedBytesMax: 8 * MIB },
  handshake: {
    ticks: 5,
    pendingMax: 64,
    pendingPerSiteMax: 4,
    pendingPerBlockMax: 8,
    perTickMax: 50, // Some 100 ms of CPU time with Ed25519 keys on both sides.
    perSitePerTickMax: 5,
  },
};
