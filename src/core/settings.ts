/**
 * What the core is told once, at its creation. The daemon derives it from the configuration file, the
 * simulator from a scenario. Times are in milliseconds.
 */
import type { U64 } from '../basics/integers.ts';
import type { Rate } from '../basics/token-bucket.ts';
import type { Address } from '../wire/address.ts';
import type { MessageDigest } from '../wire/digest.ts';

/** A length of time in milliseconds. */
export type Millis = number;
/** A point on the host's monotonic clock, in milliseconds since some fixed moment. */
export type Instant = number;

/** Whose key it is: SHA-256 of the public key's SPKI (DER), 64 lower-case hexadecimal digits. */
export type PeerIdentity = string;

/** Where the proof of work stands; see docs/protocol.md. One network uses one of them. */
export type ProofOfWork = 'connection' | 'discovery' | 'none';

/** A peer as the operator named it: a literal address or a name to be looked up. */
export interface PeerName {
  readonly host: string;
  readonly port: number;
}

/** What is particular about the messages of one data type; what is left out is as for all others. */
export interface TypeProfile {
  /** Peers a message is sent whole to at most, 1 … `maxConnections`. Default `degree` of the node. */
  readonly degree?: number;
  /**
   * Bytes of data from which on messages are sent whole only to peers for which that has shown to be useful, and
   * named to the others: 0 is always, one more than the largest message has never. Default 1,024.
   */
  readonly lazyThreshold?: number;
  /**
   * New messages that one peer may bring, those included that it passes on; what exceeds it is dropped. Local
   * programs together are held to the same. `burst` is at least 1. Default no limit.
   */
  readonly rateLimit?: Rate;
  /** No message is kept for others longer than this, at most `historyWindow` of the node, the default. */
  readonly historyWindow?: Millis;
}

export interface Settings {
  /** Peers each announcement is given to, 1 … `minConnections`. */
  readonly degree: number;
  /** Below this many open links the node looks for more, `degree` … `maxConnections`. */
  readonly minConnections: number;
  /** Never more open links than this, at least 2. */
  readonly maxConnections: number;
  /** Between two rounds of discovery while there are too few links. */
  readonly searchCooldown: Millis;
  /** A waiting initiator is challenged at most this much later; 0 is at once. */
  readonly challengeCooldown: Millis;
  readonly knownPeers: readonly PeerName[];
  readonly bootstrapper: PeerName | undefined;
  /** The address this node listens on for peers, with the port it really got. May be a wildcard. */
  readonly listenAddress: Address;
  /** The port put into 507: that of `listenAddress` unless the operator says otherwise. */
  readonly advertisedPort: number;
  /** Further addresses of this machine that are never dialled on a stranger's word (API, admin). */
  readonly ownServices: readonly Address[];
  /** Whose key this node holds; undefined on plain TCP, where nobody has one. */
  readonly ownIdentity?: PeerIdentity | undefined;
  readonly proofOfWork: ProofOfWork;
  /** Leading zero bits asked of a 509, 0 … 31. */
  readonly powDifficulty: number;
  /** Whether messages without a local subscriber travel on. */
  readonly relay: 'all' | 'subscribed';
  /** Whether the messages from 520 on are spoken with peers that understand them. */
  readonly extension: boolean;
  /** Accepted messages kept for peers that missed them, at least 1. */
  readonly cacheSize: number;
  /** No message is kept for others longer than this. */
  readonly historyWindow: Millis;
  /** After this a silent subscriber abstains. */
  readonly validationTimeout: Millis;
  /** How long a message is remembered as seen. */
  readonly seenWindow: Millis;
  /** What is particular about single data types (0 … 65,535), by type. */
  readonly types: ReadonlyMap<number, TypeProfile>;
  readonly bounds: Bounds;
}

/**
 * Links that a node should have to peers of its own choice, however many have dialled it: half of
 * `minConnections`, but four at least, as far as there are so many, and never more than half of all places.
 * Bitcoin Core has ten. So many places are kept for them.
 */
export function outboundTarget({
  minConnections,
  maxConnections,
}: Pick<Settings, 'minConnections' | 'maxConnections'>): number {
  const half = Math.max(4, Math.ceil(minConnections / 2));
  return Math.min(half, minConnections, Math.floor(maxConnections / 2));
}

/** The maximum of everything that can grow in the core, and fixed times. Tests shrink them to reach them. */
export interface Bounds {
  /** Links that are not open yet, both directions together. At the bound a newcomer is refused. */
  readonly pendingLinksMax: number;
  /** Of these those that others dialled; an eighth of `pendingLinksMax` is kept for our own besides. */
  readonly pendingInboundMax: number;
  /** Of these those of one host. Not for loopback; the same for the next six. */
  readonly pendingPerHostMax: number;
  /** Of these those of one range (/24 of IPv4, /48 of IPv6), once half of `pendingInboundMax` is reached. */
  readonly pendingPerRangeMax: number;
  /** Inbound links that open per second in the long run, and at once; who comes too soon waits. */
  readonly admissionsPerSecond: number;
  readonly admissionsBurst: number;
  /** The same for those of one range. */
  readonly rangeAdmissionsPerSecond: number;
  readonly rangeAdmissionsBurst: number;
  /** Ranges whose newcomers are counted; the one that came longest ago is forgotten. */
  readonly rangesMax: number;
  /** Bans at once; the one that ends first makes room, one that nobody ordered before one that somebody did. */
  readonly bansMax: number;
  /** Peers that something is held against; the one that least is held against is forgotten. */
  readonly standingsMax: number;
  /** A 507 must come this soon after an inbound connection. */
  readonly infoTimeout: Millis;
  /** How long an initiator waits for 508 or 510, anew after each 509. */
  readonly initiatorPatience: Millis;
  /** How long a challenge is valid, and an answer to a 505 awaited. */
  readonly challengeLifetime: Millis;
  /** A peer that speaks the extension is asked for a sign of life when nothing has come for this long. */
  readonly pingAfter: Millis;
  /** … and let go when nothing has come for this long. */
  readonly silenceMax: Millis;
  /** Inbound links of one host, once half of the places are taken. Not for loopback; the same for the next. */
  readonly linksPerHostMax: number;
  /** Inbound links of one range (/24 of IPv4, /48 of IPv6), once half of the places are taken. */
  readonly linksPerRangeMax: number;
  /** 508s accepted on one link before 510; the next one closes it. */
  readonly challengesPerLinkMax: number;
  /** Challenges of 505s remembered per link; the oldest is forgotten. */
  readonly openDiscoveriesMax: number;
  /** Proofs for 506 under way at once; further 505s with a challenge stay unanswered. */
  readonly offerProofsMax: number;
  /** Addresses put into one offer (random ones). */
  readonly offerAddressesMax: number;
  /** Between two offers to one peer, once a first was given. Not for loopback. */
  readonly offerPause: Millis;
  /** Addresses used of one offer (random ones). */
  readonly offerIntakeMax: number;
  /** Addresses used of the offers of one peer in the long run, once `offerIntakeMax` were. Not for loopback. */
  readonly addressesPerMinute: number;
  /** Addresses remembered; a random one makes room. */
  readonly addressesMax: number;
  /** Ports remembered per IP address on strangers' word. Does not apply to loopback. */
  readonly portsPerHostMax: number;
  /** Dials without a connection yet, at once; known peers may have one for each place at the start. */
  readonly dialsMax: number;
  /** Between two dials to one IP address that only offers name. Not for loopback. */
  readonly hostPause: Millis;
  /** The first pause after a failed dial; it doubles with each failure. */
  readonly backoffMin: Millis;
  readonly backoffMax: Millis;
  /** Messages remembered as seen; the oldest is forgotten. */
  readonly seenMax: number;
  /** Bytes of messages that wait for verdicts; over it the noisiest link's oldest is dropped. */
  readonly gateBytesMax: number;
  /** Messages that wait for verdicts; as above. */
  readonly gatesMax: number;
  /** Local programs connected at once; a further one is refused. */
  readonly clientsMax: number;
}

/** The values of docs/protocol.md for plain TCP; those that are not fixed there say where they come from. */
export const DEFAULT_BOUNDS: Bounds = {
  pendingLinksMax: 256,
  pendingInboundMax: 224,
  pendingPerHostMax: 4,
  pendingPerRangeMax: 8,
  admissionsPerSecond: 10,
  admissionsBurst: 32,
  rangeAdmissionsPerSecond: 2, // A guess: half of the door's places in one range are let in within half a minute.
  rangeAdmissionsBurst: 8,
  bansMax: 1_024, // A guess, as is the next: far more than one node has to do with.
  standingsMax: 1_024,
  rangesMax: 4_096, // A guess: 400 KB.
  infoTimeout: 5_000,
  initiatorPatience: 330_000,
  challengeLifetime: 300_000,
  pingAfter: 60_000, // A guess: leaves time for a second try before `silenceMax`.
  silenceMax: 150_000,
  linksPerHostMax: 2,
  linksPerRangeMax: 4,
  challengesPerLinkMax: 16,
  openDiscoveriesMax: 16, // A guess: with the default search_cooldown no more than 5 are valid at a time.
  offerProofsMax: 8,
  offerAddressesMax: 64,
  offerPause: 30_000,
  offerIntakeMax: 64,
  addressesPerMinute: 6, // Bitcoin Core has the same rate.
  addressesMax: 4_096,
  portsPerHostMax: 2,
  dialsMax: 16, // A guess: enough to get past a handful of black holes.
  hostPause: 60_000,
  backoffMin: 1_000,
  backoffMax: 60_000,
  seenMax: 1_000_000,
  gateBytesMax: 64 * 1024 * 1024, // A guess: a thousand of the largest messages.
  gatesMax: 65_536, // A guess: as many as one subscriber can have message IDs open.
  clientsMax: 1_024, // A guess: far more programs than one machine runs.
};

/** The same for TLS: who has shown a key is expected to be quicker. */
export const TLS_BOUNDS: Bounds = {
  ...DEFAULT_BOUNDS,
  pendingInboundMax: 64,
  initiatorPatience: 60_000,
  challengeLifetime: 60_000,
};

/** What the node needs that is neither chance nor time: hashing, checked here and found elsewhere. */
export interface Proofs {
  /** Whether SHA-256(challenge ‖ nonce), both 8 bytes big-endian, starts with `difficulty` zero bits. */
  checkNonce(
    challenge: { readonly high: number; readonly low: number },
    nonce: { readonly high: number; readonly low: number },
    difficulty: number,
  ): boolean;
  /** Whether SHA-256 over the whole 506 packet, header included, starts with 16 zero bits. */
  checkOffer(packet: Uint8Array): boolean;
  /**
   * The digest of a message: the first 16 bytes of SHA-256 over id (8 bytes), data type (2 bytes), both
   * big-endian, and data. See wire/digest.ts.
   */
  digest(id: U64, dataType: number, data: Uint8Array): MessageDigest;
}
