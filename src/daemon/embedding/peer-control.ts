/**
 * What a program that embeds a node can do about single peers: ban them, take that back, end their links.
 */
import type { Input, Whom } from '../../core/inputs.ts';
import type { Millis } from '../../core/settings.ts';
import type { NodeSnapshot } from '../../core/snapshot.ts';
import { canonicalHost, formatAddress, parseAddress, scopeOf } from '../../wire/address.ts';
import { badOption, checkMillis, checkOptions, MILLIS_MAX } from './limits.ts';

/** Whom is meant: give one of the two. */
export interface PeerOptions {
  /** Whoever shows this key: 64 hexadecimal digits. Only with the transport `tls`. */
  readonly identity?: string | undefined;
  /** A literal IP address, with or without a port. */
  readonly address?: string | undefined;
}

export interface BanOptions extends PeerOptions {
  /** 1 … 31,536,000,000 (a year). Default 86,400,000 (a day). */
  readonly forMillis?: Millis | undefined;
  /** For logs and events: at most 200 characters. Default `banned by the program`. */
  readonly reason?: string | undefined;
}

/** A peer that may have no link for now. */
export interface BannedPeer {
  /** Whose key it is; undefined if a host is banned. */
  readonly identity: string | undefined;
  /** The host; undefined if a key is banned. Of IPv6 beyond its own network its /64 is meant. */
  readonly host: string | undefined;
  /** How long it still lasts. */
  readonly forMillis: Millis;
  readonly reason: string;
  /** Whether the program said so, and not the standing of the peer. */
  readonly isOrdered: boolean;
}

const DAY: Millis = 86_400_000;
const REASON_CHARACTERS_MAX = 200;

/** The part of a daemon that is needed here. */
export interface Controlled {
  control(input: Extract<Input, { kind: 'ban' | 'unban' | 'disconnect' }>): void;
  snapshot(): { readonly core: Pick<NodeSnapshot, 'links' | 'bans'> };
}

export class PeerControl {
  readonly #daemon: Controlled;
  readonly #now: () => Millis;

  constructor(daemon: Controlled, now: () => Millis) {
    this.#daemon = daemon;
    this.#now = now;
  }

  ban(options: BanOptions): void {
    checkOptions('ban()', options, ['identity', 'address', 'forMillis', 'reason']);
    const { forMillis = DAY, reason = 'banned by the program' } = options;
    const whom = whomOf(options);
    checkMillis('forMillis', forMillis, { min: 1, max: MILLIS_MAX });
    if (typeof reason !== 'string' || reason.length > REASON_CHARACTERS_MAX) {
      throw badOption('reason', reason, `text of at most ${REASON_CHARACTERS_MAX} characters`);
    }
    this.#daemon.control({ kind: 'ban', whom, forMillis, reason });
  }

  unban(options: PeerOptions): void {
    checkOptions('unban()', options, ['identity', 'address']);
    this.#daemon.control({ kind: 'unban', whom: whomOf(options) });
  }

  bans(): readonly BannedPeer[] {
    const now = this.#now();
    return this.#daemon.snapshot().core.bans.map(({ whom, until, reason, isOrdered }) => ({
      identity: 'identity' in whom ? whom.identity : undefined,
      host: 'host' in whom ? whom.host : undefined,
      forMillis: Math.max(0, until - now),
      reason,
      isOrdered,
    }));
  }

  /** Says how many links that were. */
  disconnect(options: PeerOptions): number {
    checkOptions('disconnect()', options, ['identity', 'address']);
    const isMeant = matcherOf(options);
    const links = this.#daemon.snapshot().core.links.filter(isMeant);
    for (const { link } of links) this.#daemon.control({ kind: 'disconnect', link });
    return links.length;
  }
}

type ShownLink = NodeSnapshot['links'][number];

/** An address with a port is that of one end: where the peer listens, or where it dialled from. */
function matcherOf(options: PeerOptions): (link: ShownLink) => boolean {
  const whom = namedBy(options);
  if ('identity' in whom) return (link) => link.identity === whom.identity;
  const address = parseAddress(options.address!);
  const isHost = address === undefined || canonicalHost(options.address!) !== undefined;
  if (isHost) return ({ remote }) => remote.host === whom.host;
  const text = formatAddress(address);
  return ({ remote, listening }) =>
    formatAddress(remote) === text ||
    (listening !== undefined && formatAddress(listening) === text);
}

function whomOf(options: PeerOptions): Whom {
  const whom = namedBy(options);
  if ('host' in whom && scopeOf(whom.host) === 'loopback') {
    throw badOption(
      'address',
      options.address,
      'one beyond this machine: loopback is never banned',
    );
  }
  return whom;
}

function namedBy({ identity, address }: PeerOptions): Whom {
  if ((identity === undefined) === (address === undefined)) {
    throw badOption('identity', identity, 'given if and only if address is not');
  }
  if (identity !== undefined) {
    if (typeof identity === 'string' && /^[0-9a-f]{64}$/i.test(identity)) {
      return { identity: identity.toLowerCase() };
    }
    throw badOption('identity', identity, '64 hexadecimal digits');
  }
  const host = typeof address === 'string' ? hostIn(address) : undefined;
  if (host === undefined)
    throw badOption('address', address, 'a literal IP address, or one with a port');
  return { host };
}

/** The canonical host of `10.0.0.1`, `10.0.0.1:6001`, `::1`, `[::1]` or `[::1]:6001`. */
function hostIn(text: string): string | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  return canonicalHost(bare) ?? parseAddress(text)?.host;
}
