/** A node on the bench: inputs by hand, virtual time, effects as plain data. */
import { seededRandom } from '../../../src/basics/random.ts';
import { u64, type U64 } from '../../../src/basics/integers.ts';
import type { Effect } from '../../../src/core/effects.ts';
import type { NodeEvent } from '../../../src/core/events.ts';
import { GossipNode, type GossipNodeOptions } from '../../../src/core/gossip-node.ts';
import type { ClientId, Input, LinkId, Secured } from '../../../src/core/inputs.ts';
import { DEFAULT_BOUNDS, type Bounds, type Settings } from '../../../src/core/settings.ts';
import type { StoredBan, StoredPeers } from '../../../src/core/stored-state.ts';
import { parseAddress, type Address } from '../../../src/wire/address.ts';
import type { MessageDigest } from '../../../src/wire/digest.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';

/** The nonce that solves every challenge on the bench. */
export const GOOD_NONCE = u64(0, 42);
export const BAD_NONCE = u64(0, 41);

export function address(text: string): Address {
  return parseAddress(text)!;
}

/** What TLS has shown on a link of the peer whose identity begins like this; each channel has a number. */
export function securedBy(digit: string, channel = 1): Secured {
  const challenges = Array.from({ length: 16 }, (_, round) => u64(channel, round));
  return { identity: digit.padEnd(64, '0'), challenges };
}

export const OWN = address('10.0.0.1:6001');

export function settings(
  overrides: Partial<Settings> = {},
  bounds: Partial<Bounds> = {},
): Settings {
  return {
    degree: 4,
    minConnections: 4,
    maxConnections: 32,
    searchCooldown: 60_000,
    challengeCooldown: 0,
    knownPeers: [],
    bootstrapper: undefined,
    listenAddress: OWN,
    advertisedPort: OWN.port,
    ownServices: [],
    proofOfWork: 'none',
    powDifficulty: 24,
    relay: 'all',
    extension: false,
    cacheSize: 1_000,
    historyWindow: 300_000,
    validationTimeout: 60_000,
    seenWindow: 600_000,
    types: new Map(),
    // Most tests open more links at one instant than anybody does.
    bounds: { ...DEFAULT_BOUNDS, admissionsBurst: 1_000, rangeAdmissionsBurst: 1_000, ...bounds },
    ...overrides,
  };
}

export class Bench {
  readonly node: GossipNode;
  now = 1_000;
  /** Everything since the last `take`. */
  effects: Effect[] = [];
  #nextLink = 1;
  #nextClient = 1;
  #nextHost = 2;

  constructor(
    overrides: Partial<Settings> = {},
    bounds: Partial<Bounds> = {},
    seed = 1,
    storedPeers?: StoredPeers,
    expectedAt?: GossipNodeOptions['expectedAt'],
    storedBans?: readonly StoredBan[],
  ) {
    this.node = new GossipNode({
      settings: settings(overrides, bounds),
      random: seededRandom(seed),
      storedPeers,
      storedBans,
      expectedAt,
      proofs: {
        checkNonce: (_challenge, nonce) => nonce.low === GOOD_NONCE.low,
        // On the bench an offer is proven if the last byte of its nonce is 42.
        checkOffer: (packet) => packet[19] === 42,
        digest: benchDigest,
      },
    });
  }

  give(input: Input): readonly Effect[] {
    const effects = this.node.handle(input, this.now);
    this.effects.push(...effects);
    return effects;
  }

  /** The effects since the last call. */
  take(): Effect[] {
    const taken = this.effects;
    this.effects = [];
    return taken;
  }

  /** Lets virtual time pass, waking the node whenever it wants to be. */
  advance(millis: number): void {
    const until = this.now + millis;
    for (let wakes = 0; ; wakes++) {
      if (wakes > 100_000) throw new Error('the node wants to be woken for ever');
      const next = this.node.nextDeadline();
      if (next === undefined || next > until) break;
      this.now = Math.max(this.now, next);
      this.give({ kind: 'wake' });
    }
    this.now = until;
  }

  /** A TCP connection from outside; by default each from a host and a /16 of its own. */
  accept(remote: Address = this.#newHost(), local: Address = OWN, secured?: Secured): LinkId {
    const link = this.#nextLink++;
    this.give({ kind: 'link-opened', link, dialled: undefined, remote, local, secured });
    return link;
  }

  #newHost(): Address {
    const number = this.#nextHost++;
    return address(`10.${number & 255}.${number >>> 8}.2:40000`);
  }

  /** An answered dial. */
  connect(dialled: Address, local: Address = address('10.0.0.1:50000'), secured?: Secured): LinkId {
    const link = this.#nextLink++;
    this.give({ kind: 'link-opened', link, dialled, remote: dialled, local, secured });
    return link;
  }

  message(link: LinkId, message: PeerMessage): readonly Effect[] {
    return this.give({ kind: 'message', link, message });
  }

  /** An open inbound link (settings with proof_of_work = none). */
  openInbound(port = 6001, remote?: Address): LinkId {
    const link = this.accept(remote);
    this.message(link, { kind: 'peer-info', port });
    return link;
  }

  openLinks(count: number): LinkId[] {
    return Array.from({ length: count }, () => this.openInbound());
  }

  client(...dataTypes: number[]): ClientId {
    const client = this.#nextClient++;
    this.give({ kind: 'client-joined', client });
    for (const dataType of dataTypes) this.give({ kind: 'subscribe', client, dataType });
    return client;
  }

  announce(client: ClientId | undefined, dataType: number, ttl = 0, data = 'x'): void {
    this.give({ kind: 'announce', client, dataType, ttl, data: bytes(data) });
  }

  /** A 504 from a peer. */
  hear(
    link: LinkId,
    options: { id?: U64; ttl?: number; dataType?: number; data?: string } = {},
  ): readonly Effect[] {
    const { id = u64(7, 7), ttl = 0, dataType = 1337, data = 'data' } = options;
    return this.message(link, { kind: 'peer-announce', id, ttl, dataType, data: bytes(data) });
  }

  verdict(client: ClientId, messageId: number, valid = true): readonly Effect[] {
    return this.give({ kind: 'verdict', client, messageId, valid });
  }

  get openCount(): number {
    return this.node.snapshot().sizes.openLinks.size;
  }

  states(): string[] {
    return this.node.snapshot().links.map((link) => link.state);
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The messages sent on one link. */
export function sentOn(effects: readonly Effect[], link: LinkId): PeerMessage[] {
  return effects.flatMap((e) => (e.kind === 'send' && e.links.includes(link) ? [e.message] : []));
}

/** The links that were given a 504, with the TTL it had. */
export function forwards(effects: readonly Effect[]): { links: LinkId[]; ttl: number }[] {
  return effects.flatMap((effect) =>
    effect.kind === 'send' && effect.message.kind === 'peer-announce'
      ? [{ links: [...effect.links].sort((a, b) => a - b), ttl: effect.message.ttl }]
      : [],
  );
}

/** Who was notified under which ID. */
export function notified(effects: readonly Effect[]): { clients: ClientId[]; messageId: number }[] {
  return effects.flatMap((effect) =>
    effect.kind === 'notify' ? [{ clients: [...effect.clients], messageId: effect.messageId }] : [],
  );
}

export function hungUp(effects: readonly Effect[]): LinkId[] {
  return effects.flatMap((effect) => (effect.kind === 'hang-up' ? [effect.link] : []));
}

export function dialled(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'dial' ? [`${effect.address.host}:${effect.address.port}`] : [],
  );
}

export function events<K extends NodeEvent['kind']>(
  effects: readonly Effect[],
  kind: K,
): Extract<NodeEvent, { kind: K }>[] {
  return effects.flatMap((effect) =>
    effect.kind === 'report' && effect.event.kind === kind
      ? [effect.event as Extract<NodeEvent, { kind: K }>]
      : [],
  );
}

/** On the bench a digest is the id, the length of the data and its first byte, readable in failures. */
export function benchDigest(id: U64, dataType: number, data: Uint8Array): MessageDigest {
  const first = String.fromCharCode(data[0] ?? 0);
  return `${id.low}/${dataType}/${data.length}${first}`.padEnd(16).slice(0, 16);
}
