/**
 * A node as the program sees it that it is embedded in: what can be done with it, and what it tells.
 */
import type { EventEmitter } from 'node:events';
import type { NodeEvent } from '../core/events.ts';
import type { Millis } from '../core/settings.ts';
import type { IntakeCounts, Sizes, StandingSnapshot } from '../core/snapshot.ts';
import type { DaemonSnapshot } from './daemon.ts';
import type { BannedPeer, BanOptions, PeerOptions } from './embedding/peer-control.ts';
import type { AnnounceReceipt } from './embedding/receipts.ts';
import type { SubscribeOptions } from './embedding/local-subscriptions.ts';
import type { Subscription, SubscriptionIterator } from './embedding/subscription.ts';
import type { Handler, Validator } from './embedding/verdict.ts';

/**
 * A validator threw, or returned no verdict, and the notification was ignored; or a handler threw, which
 * changes nothing.
 */
export interface ValidatorFailed {
  readonly kind: 'validator-failed';
  readonly dataType: number;
  /** What was thrown, or a NodeError `bad-verdict`. */
  readonly error: unknown;
}

/** Everything that an embedded node tells; text from strangers is in it as it came. */
export type HearsayEvent = NodeEvent | ValidatorFailed;

/** What listeners are given: each kind of event under its name, and all of them under `event`. */
export type HearsayEventMap = {
  readonly [Kind in HearsayEvent['kind']]: [event: Extract<HearsayEvent, { kind: Kind }>];
} & { readonly event: [event: HearsayEvent] };

export interface NodeAnnounceOptions {
  /** Hops the data may travel, 0 … 255; 0 (the default) means no limit. */
  readonly ttl?: number | undefined;
}

/** For those who want to know who got it. */
export interface ReceiptOptions {
  readonly receipt: true;
  /** How long to wait for peers to say that they have it, 0 … 60,000. Default 1,000. */
  readonly withinMillis?: Millis | undefined;
}

/** A peer that the node has an open link to. */
export interface Peer {
  /** `HOST:PORT` where it listens, as it says or was dialled; undefined if it cannot be dialled. */
  readonly address: string | undefined;
  /** Whose key it holds, 64 hexadecimal digits; undefined with the transport `plain`. */
  readonly identity: string | undefined;
  /** `HOST:PORT` of its end of the connection. */
  readonly remote: string;
  /** Who dialled: `outbound` is this node. */
  readonly direction: 'inbound' | 'outbound';
  readonly openForMillis: Millis;
  /** The shortest time there and back that was measured; undefined with peers that do not speak the extension. */
  readonly roundTripMillis: Millis | undefined;
  /** What it brought, and what was said about it. */
  readonly intake: IntakeCounts;
  /** What is held against it, and what that amounts to. */
  readonly standing: StandingSnapshot;
}

/** What the program itself has to do with the node. */
export interface ProgramStats {
  readonly subscriptions: number;
  /** Notifications, and their bytes, that were neither dealt with nor given up. */
  readonly backlog: { readonly items: number; readonly bytes: number };
  /** Announcements, and their bytes, that wait until the node can take more. */
  readonly waiting: { readonly items: number; readonly bytes: number };
  /** How often `validator-failed` has happened. */
  readonly validatorFailures: number;
}

/** The state at one moment: plain data, and a copy. */
export interface NodeStats extends Pick<
  DaemonSnapshot,
  'traffic' | 'events' | 'queuedBytes' | 'shares'
> {
  /** Everything that can grow, with its maximum. Each subscription of the program is a client. */
  readonly sizes: Sizes;
  /** What all peers brought since the start, and what was said about it. */
  readonly intake: IntakeCounts;
  readonly program: ProgramStats;
}

/**
 * A node in this process. It keeps the process alive until it is closed; it handles no signals, writes
 * nothing and shares nothing with other nodes.
 *
 * As an `EventEmitter` it tells what happens; `once(node, 'link-established')` and `on(node, 'event')` of
 * `node:events` work with it. Listeners run when the node is done with what it is doing. There is no `error`
 * event. An exception in a listener is an uncaught one of the process, and does not harm the node.
 */
export interface HearsayNode extends EventEmitter<HearsayEventMap> {
  /** `HOST:PORT` where it listens for peers, with the port that was really taken. */
  readonly address: string;
  /** `HOST:PORT` or `unix:PATH` where it listens for applications; undefined without the option `api`. */
  readonly apiAddress: string | undefined;
  /** Whose key this node holds, 64 hexadecimal digits; undefined with the transport `plain`. */
  readonly identity: string | undefined;
  /** Whether a link to any peer is open. */
  readonly isConnected: boolean;
  /** Resolves when the node is gone, whoever closed it. */
  readonly closed: Promise<void>;

  /**
   * As below, and resolves with who got it: when all peers that it was given to are known to have it, or after
   * `withinMillis`. Rejects also with `no-peers` if no link is open; the announcement counts nevertheless, and
   * links that open soon may still carry it.
   */
  announce(
    dataType: number,
    data: Uint8Array | string,
    options: NodeAnnounceOptions & ReceiptOptions,
  ): Promise<AnnounceReceipt>;
  /**
   * Spreads `data` (a string as UTF-8; at most 65,519 bytes, none is fine) as `dataType`, 0 … 65,535.
   * Resolves when the node has taken it: at once, or, while its links or the subscribers of this machine cannot
   * keep up, when they can; so a program that awaits each call is slowed down, and nothing of it is lost.
   * The data may be changed as soon as this has returned. The program's own subscriptions are not told, unless
   * they ask for the `echo`.
   *
   * Rejects with a NodeError: `bad-type`, `bad-ttl`, `bad-data`, `data-too-large`; `too-many-pending` if 65,536
   * announcements or 64 MiB wait already; `closed`.
   */
  announce(
    dataType: number,
    data: Uint8Array | string,
    options?: NodeAnnounceOptions,
  ): Promise<void>;

  /**
   * Asks for one data type or several, 0 … 65,535 each, from now on; there is no backlog. A message travels on
   * when nobody who was asked has rejected it and somebody has accepted it. The validator is called for each
   * message, also while earlier calls are under way; from 4,096 of them or 1 MiB on, whoever sends is held back,
   * and from 16,384 or 8 MiB on, notifications are left out.
   *
   * @throws NodeError `bad-type`, `bad-validator`, `bad-option`; `too-many-subscriptions` above 1,023, clients
   *   of the API included; `closed`. The reason of the signal if it has fired.
   */
  subscribe(
    dataTypes: number | readonly number[],
    validator: Validator,
    options?: SubscribeOptions & { readonly autoAccept?: false | undefined },
  ): Subscription;
  /** The same for code that does not judge: everything is accepted unseen. */
  subscribe(
    dataTypes: number | readonly number[],
    handler: Handler,
    options: SubscribeOptions & { readonly autoAccept: true },
  ): Subscription;
  /** The same to iterate over; each item is to be accepted, rejected or ignored. */
  subscribe(
    dataTypes: number | readonly number[],
    options?: SubscribeOptions,
  ): SubscriptionIterator;

  /**
   * Resolves once at least `links` (1 … `maxConnections`, default 1) links are open. Rejects with a NodeError
   * `bad-option` or `closed`, or with the reason of the signal.
   */
  whenConnected(
    links?: number,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<void>;

  /** Those with an open link, in no particular order. */
  peers(): readonly Peer[];
  stats(): NodeStats;

  /**
   * Nobody who shows this key, or comes from this host, may have a link for a while; those that there are end, and
   * nobody there is dialled. Of an IPv6 address beyond its own network the whole /64 is banned. Where the
   * node has a `stateDir` its bans outlive it; time in which it does not run does not count.
   *
   * @throws NodeError `bad-option`, also for loopback addresses, which are never banned; `closed`.
   */
  ban(options: BanOptions): void;
  /** Takes a ban back, the node's own too; nothing happens if there is none. Throws like {@link ban}. */
  unban(options: PeerOptions): void;
  /** Who is banned for now, by the program or by what he did. Throws NodeError `closed`. */
  bans(): readonly BannedPeer[];
  /**
   * Ends the links of a peer and says how many those were. It may come back, and may be dialled again. An address with
   * a port means the peer that listens there or has dialled from there, one without all of the host.
   *
   * @throws NodeError `bad-option`, `closed`.
   */
  disconnect(options: PeerOptions): number;

  /**
   * Ends the node in order: subscriptions end, announcements that wait are refused, and what is queued for peers
   * is sent for two seconds at most. Resolves within some three seconds, when ports, socket file and threads are
   * free. Further calls give the same promise.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
