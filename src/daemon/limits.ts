/** From the limits of a configuration to the bounds of core and sockets; what is not set stays as it is by default. */
import { DEFAULT_BOUNDS, TLS_BOUNDS, type Bounds } from '../core/settings.ts';
import type { Config, LimitName, Limits } from './config/config.ts';
import { DAEMON_BOUNDS, type DaemonBounds, type SocketBounds } from './sockets/bounds.ts';

/** Eight milliseconds of CPU time with RSA of 4,096 bits, where Ed25519 takes two. */
const RSA_HANDSHAKES_PER_TICK = 12;
/** A silent peer is asked for a sign of life while there is time for a second try. */
const PING_AFTER = DEFAULT_BOUNDS.pingAfter / DEFAULT_BOUNDS.silenceMax;

/** The bound that each limit sets, and how many of its units one is: times are seconds here, milliseconds there. */
const OF_CORE: readonly (readonly [LimitName, keyof Bounds, number])[] = [
  ['pending_links', 'pendingLinksMax', 1],
  ['pending_inbound', 'pendingInboundMax', 1],
  ['pending_per_host', 'pendingPerHostMax', 1],
  ['pending_per_range', 'pendingPerRangeMax', 1],
  ['info_timeout', 'infoTimeout', 1_000],
  ['challenge_timeout', 'challengeLifetime', 1_000],
  ['answer_timeout', 'initiatorPatience', 1_000],
  ['links_per_host', 'linksPerHostMax', 1],
  ['links_per_range', 'linksPerRangeMax', 1],
  ['admissions_per_second', 'admissionsPerSecond', 1],
  ['admissions_burst', 'admissionsBurst', 1],
  ['admissions_per_second_per_range', 'rangeAdmissionsPerSecond', 1],
  ['admissions_burst_per_range', 'rangeAdmissionsBurst', 1],
  ['silence_timeout', 'silenceMax', 1_000],
  ['silence_timeout', 'pingAfter', 1_000 * PING_AFTER],
  ['waiting_messages', 'gatesMax', 1],
  ['waiting_bytes', 'gateBytesMax', 1],
  ['seen_messages', 'seenMax', 1],
  ['clients', 'clientsMax', 1],
  ['addresses', 'addressesMax', 1],
  ['addresses_per_offer', 'offerIntakeMax', 1],
  ['addresses_per_minute', 'addressesPerMinute', 1],
  ['ports_per_host', 'portsPerHostMax', 1],
  ['offer_pause', 'offerPause', 1_000],
  ['dials', 'dialsMax', 1],
  ['dial_pause', 'hostPause', 1_000],
  ['retry_pause', 'backoffMax', 1_000],
  ['bans', 'bansMax', 1],
];

export function coreBounds({ transport, limits }: Pick<Config, 'transport' | 'limits'>): Bounds {
  const bounds = { ...(transport === 'tls' ? TLS_BOUNDS : DEFAULT_BOUNDS) };
  for (const [name, bound, factor] of OF_CORE) {
    const limit = limits[name];
    if (limit !== undefined) bounds[bound] = limit * factor;
  }
  return bounds;
}

/** `keyType`: of the own key, `Ed25519` or `RSA 2048`; undefined in plain. */
export function daemonBounds(limits: Limits, keyType: string | undefined): DaemonBounds {
  const { handshake, link, client, dialTicks, logLinesPerTick } = DAEMON_BOUNDS;
  const isRsa = keyType?.startsWith('RSA') === true;
  return {
    ...DAEMON_BOUNDS,
    dialTicks: limits.dial_timeout ?? dialTicks,
    logLinesPerTick: limits.log_lines ?? logLinesPerTick,
    link: socketBounds(link, limits, limits.link_queue_bytes),
    client: socketBounds(client, limits, limits.client_queue_bytes),
    handshake: {
      ticks: limits.handshake_timeout ?? handshake.ticks,
      pendingMax: limits.pending_handshakes ?? handshake.pendingMax,
      pendingPerSiteMax: limits.pending_handshakes_per_host ?? handshake.pendingPerSiteMax,
      pendingPerBlockMax: limits.pending_handshakes_per_range ?? handshake.pendingPerBlockMax,
      perTickMax:
        limits.handshakes_per_second ?? (isRsa ? RSA_HANDSHAKES_PER_TICK : handshake.perTickMax),
      perSitePerTickMax: limits.handshakes_per_second_per_host ?? handshake.perSitePerTickMax,
    },
  };
}

/** A queue of another size has its marks in the same places. */
function socketBounds(
  bounds: SocketBounds,
  { frame_timeout, queue_timeout, reads_per_turn }: Limits,
  queueBytesMax = bounds.queueBytesMax,
): SocketBounds {
  const scaled = (mark: number): number =>
    Math.floor((mark * queueBytesMax) / bounds.queueBytesMax);
  return {
    ...bounds,
    queueBytesMax,
    queueHighBytes: scaled(bounds.queueHighBytes),
    queueLowBytes: scaled(bounds.queueLowBytes),
    relayedBytesMax: scaled(bounds.relayedBytesMax),
    frameTicks: frame_timeout ?? bounds.frameTicks,
    stuckTicks: queue_timeout ?? bounds.stuckTicks,
    readsPerTurn: reads_per_turn ?? bounds.readsPerTurn,
  };
}
