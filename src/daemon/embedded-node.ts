/**
 * What stands behind {@link HearsayNode}: a daemon, and the program's announcements and subscriptions, which
 * are clients of it like any other.
 */
import { EventEmitter } from 'node:events';
import { formatAddress } from '../wire/address.ts';
import type { ApiAddress, Config } from './config/config.ts';
import type { Daemon } from './daemon.ts';
import { AbortListeners } from './embedding/abort-listeners.ts';
import { Announcer } from './embedding/announcer.ts';
import { ConnectionWatch } from './embedding/connection-watch.ts';
import {
  badOption,
  checkBoolean,
  checkData,
  checkDataType,
  checkDataTypes,
  checkOptions,
  checkSignal,
  checkTtl,
} from './embedding/limits.ts';
import {
  checkSubscribeOptions,
  LocalSubscriptions,
  type ReceivingCode,
  type SubscribeOptions,
} from './embedding/local-subscriptions.ts';
import {
  PeerControl,
  type BannedPeer,
  type BanOptions,
  type PeerOptions,
} from './embedding/peer-control.ts';
import type { Mailbox } from './embedding/mailbox.ts';
import { nodeClosed } from './embedding/node-error.ts';
import {
  checkWithin,
  Receipts,
  WITHIN_DEFAULT,
  type AnnounceReceipt,
} from './embedding/receipts.ts';
import type { NodeLog } from './embedding/node-log.ts';
import type { Subscription, SubscriptionIterator } from './embedding/subscription.ts';
import type {
  HearsayEvent,
  HearsayEventMap,
  HearsayNode,
  NodeAnnounceOptions,
  NodeStats,
  Peer,
  ReceiptOptions,
} from './hearsay-node.ts';

export interface EmbeddedNodeOptions {
  readonly daemon: Daemon;
  readonly config: Config;
  readonly mailbox: Mailbox;
  readonly log: NodeLog;
  readonly signal: AbortSignal | undefined;
}

export class EmbeddedNode extends EventEmitter<HearsayEventMap> implements HearsayNode {
  readonly address: string;
  readonly apiAddress: string | undefined;
  readonly identity: string | undefined;
  readonly closed: Promise<void>;
  readonly #options: EmbeddedNodeOptions;
  readonly #announcer: Announcer;
  readonly #subscriptions: LocalSubscriptions;
  readonly #watch: ConnectionWatch;
  readonly #receipts: Receipts;
  readonly #stopListening: (() => void) | undefined;
  #validatorFailures = 0;
  #closing: Promise<void> | undefined;
  #resolveClosed = (): void => {};

  constructor(options: EmbeddedNodeOptions) {
    super();
    const { daemon, config, mailbox, signal } = options;
    this.#options = options;
    this.address = formatAddress(daemon.p2pAddress);
    this.identity = daemon.identity;
    this.apiAddress = daemon.apiAddress && formatApiAddress(daemon.apiAddress);
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    const clients = daemon.localClients;
    const aborts = new AbortListeners();
    this.#watch = new ConnectionWatch(aborts);
    this.#announcer = new Announcer(clients, mailbox);
    this.#receipts = new Receipts((receipt) => daemon.reached(receipt));
    this.#subscriptions = new LocalSubscriptions({
      clients,
      mailbox,
      aborts,
      validationTimeout: config.validationTimeout,
      now: () => performance.now(),
      isOwn: (data) => this.#announcer.isOwn(data),
      onFailure: (dataType, error) => this.#onFailure(dataType, error),
    });
    this.#stopListening = signal && aborts.add(signal, () => void this.close());
  }

  get isConnected(): boolean {
    return this.#closing === undefined && this.#openLinks() > 0;
  }

  announce(
    dataType: number,
    data: Uint8Array | string,
    options: NodeAnnounceOptions & ReceiptOptions,
  ): Promise<AnnounceReceipt>;
  announce(
    dataType: number,
    data: Uint8Array | string,
    options?: NodeAnnounceOptions,
  ): Promise<void>;
  async announce(
    dataType: number,
    data: Uint8Array | string,
    options: NodeAnnounceOptions & Partial<ReceiptOptions> = {},
  ): Promise<AnnounceReceipt | void> {
    checkDataType(dataType);
    checkOptions('announce()', options, ['ttl', 'receipt', 'withinMillis']);
    const { ttl = 0, receipt, withinMillis = WITHIN_DEFAULT } = options;
    checkTtl(ttl);
    checkBoolean('receipt', receipt);
    checkWithin(withinMillis);
    const wish = receipt === true ? { receipt } : {};
    const spread = await this.#announcer.announce({
      ttl,
      dataType,
      data: checkData(data),
      ...wish,
    });
    return spread && this.#receipts.wait(spread, withinMillis);
  }

  subscribe(
    dataTypes: number | readonly number[],
    code: ReceivingCode,
    options?: SubscribeOptions,
  ): Subscription;
  subscribe(
    dataTypes: number | readonly number[],
    options?: SubscribeOptions,
  ): SubscriptionIterator;
  subscribe(
    dataTypes: number | readonly number[],
    codeOrOptions: ReceivingCode | SubscribeOptions = {},
    options: SubscribeOptions = {},
  ): Subscription | SubscriptionIterator {
    const types = checkDataTypes(dataTypes);
    const isCode = typeof codeOrOptions === 'function';
    const settings = isCode ? options : codeOrOptions;
    checkSubscribeOptions(settings);
    if (this.#closing !== undefined) throw nodeClosed();
    settings.signal?.throwIfAborted();
    return isCode
      ? this.#subscriptions.run(types, codeOrOptions, settings)
      : this.#subscriptions.iterate(types, settings);
  }

  async whenConnected(
    links = 1,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    checkOptions('whenConnected()', options, ['signal']);
    const { signal } = options;
    checkSignal(signal);
    const { maxConnections } = this.#options.config;
    if (!Number.isInteger(links) || links < 1 || links > maxConnections) {
      throw badOption('links', links, `1 to maxConnections, which is ${maxConnections}`);
    }
    if (this.#closing !== undefined) throw nodeClosed();
    if (this.#openLinks() < links) await this.#watch.wait(links, signal);
  }

  peers(): readonly Peer[] {
    const now = performance.now();
    return this.#options.daemon
      .snapshot()
      .core.links.filter(({ state }) => state === 'open')
      .map(({ listening, remote, direction, openedAt, intake, identity, ...link }) => ({
        address: listening === undefined ? undefined : formatAddress(listening),
        identity,
        remote: formatAddress(remote),
        direction,
        openForMillis: Math.max(0, now - (openedAt ?? now)),
        roundTripMillis: link.roundTrip,
        intake,
        standing: link.standing,
      }));
  }

  ban(options: BanOptions): void {
    this.#control().ban(options);
  }

  unban(options: PeerOptions): void {
    this.#control().unban(options);
  }

  bans(): readonly BannedPeer[] {
    return this.#control().bans();
  }

  disconnect(options: PeerOptions): number {
    return this.#control().disconnect(options);
  }

  stats(): NodeStats {
    const { core, traffic, events, queuedBytes, shares } = this.#options.daemon.snapshot();
    return {
      sizes: core.sizes,
      shares,
      intake: core.intake,
      traffic,
      events,
      queuedBytes,
      program: {
        subscriptions: this.#subscriptions.size,
        backlog: this.#subscriptions.backlog,
        waiting: this.#announcer.waiting,
        validatorFailures: this.#validatorFailures,
      },
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Called by the daemon, in the middle of an input. */
  onEvent(event: HearsayEvent): void {
    if (event.kind === 'announcement-spread') this.#announcer.onSpread(event);
    this.#tell(event);
    if (event.kind === 'link-established') this.#watch.note(event.openLinks);
  }

  #control(): PeerControl {
    if (this.#closing !== undefined) throw nodeClosed();
    return new PeerControl(this.#options.daemon, () => performance.now());
  }

  #openLinks(): number {
    return this.#options.daemon.snapshot().core.sizes.openLinks.size;
  }

  #onFailure(dataType: number, error: unknown): void {
    // Strangers choose what a validator fails on: one line, and not their text.
    if (this.#validatorFailures++ === 0) {
      this.#options.log.warn({ dataType, err: error }, FAILURE_LINE);
    }
    this.#tell({ kind: 'validator-failed', dataType, error });
  }

  /** Two letters, so that a listener that throws does not keep the event from those who listen to all. */
  #tell(event: HearsayEvent): void {
    for (const name of [event.kind, 'event'] as const) {
      if (this.listenerCount(name) === 0) continue;
      // Proof of the cast: the name is the event's own kind, or that of all.
      this.#options.mailbox.post({ deliver: () => (this as EventEmitter).emit(name, event) });
    }
  }

  async #close(): Promise<void> {
    this.#stopListening?.();
    this.#subscriptions.closeAll();
    this.#announcer.close();
    this.#receipts.close();
    this.#watch.close();
    try {
      await this.#options.daemon.close();
    } finally {
      this.#resolveClosed();
    }
  }
}

const FAILURE_LINE =
  'a validator or handler threw, or returned no verdict; further failures are told as events only';

/** `HOST:PORT` or `unix:PATH`, as the option `api` is written. */
export function formatApiAddress(address: ApiAddress): string {
  return address.kind === 'unix' ? `unix:${address.path}` : formatAddress(address);
}
