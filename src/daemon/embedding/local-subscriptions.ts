/**
 * All subscriptions of the embedding program: makes them, and knows those that are open.
 */
import type { Instant, Millis } from '../../core/settings.ts';
import type { AbortListeners } from './abort-listeners.ts';
import { BACKLOG_BOUNDS, type BacklogBounds } from './backlog.ts';
import { checkBoolean, checkOptions, checkSignal, shown } from './limits.ts';
import type { LocalClients } from './local-clients.ts';
import { LocalSubscription } from './local-subscription.ts';
import type { Mailbox } from './mailbox.ts';
import { NodeError } from './node-error.ts';
import type { ReceivedNotification } from './received-notification.ts';
import { runHandler, runValidator } from './run-validator.ts';
import {
  OpenIteration,
  OpenSubscription,
  WaitingNotifications,
  type Subscription,
  type SubscriptionIterator,
} from './subscription.ts';
import type { Handler, Validator } from './verdict.ts';

export interface SubscribeOptions {
  /** Whether everything is accepted unseen as soon as it arrives. Default false. */
  readonly autoAccept?: boolean | undefined;
  /**
   * Whether this program's own announcements are delivered too; verdicts on them change nothing. Default
   * false.
   */
  readonly echo?: boolean | undefined;
  /** Ends the subscription when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** Validator or handler, as `autoAccept` says. */
export type ReceivingCode = Validator | Handler;

/** @throws NodeError `bad-validator` unless these are options, `bad-option` if one of them is wrong. */
export function checkSubscribeOptions(options: unknown): asserts options is SubscribeOptions {
  if (typeof options !== 'object' || options === null) {
    const rule =
      'after the data types comes a validator (a function), options (an object) or nothing';
    throw new NodeError('bad-validator', `${rule}, not ${shown(options)}`);
  }
  checkOptions('subscribe()', options, ['autoAccept', 'echo', 'signal']);
  const { autoAccept, echo, signal }: Record<string, unknown> = { ...options };
  checkBoolean('autoAccept', autoAccept);
  checkBoolean('echo', echo);
  checkSignal(signal);
}

export interface LocalSubscriptionsOptions {
  readonly clients: LocalClients;
  readonly mailbox: Mailbox;
  readonly aborts: AbortListeners;
  readonly validationTimeout: Millis;
  readonly now: () => Instant;
  /** Whether `data`, of a notification that is being made, is the program's own announcement. */
  readonly isOwn: (data: Uint8Array) => boolean;
  /** A validator or handler threw, or returned no verdict. */
  readonly onFailure: (dataType: number, error: unknown) => void;
  /** Default {@link BACKLOG_BOUNDS}; for tests. */
  readonly bounds?: BacklogBounds;
}

export class LocalSubscriptions {
  readonly #options: LocalSubscriptionsOptions;
  readonly #open = new Set<LocalSubscription>();

  constructor(options: LocalSubscriptionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Notifications, and their bytes, that the program has not dealt with. */
  get backlog(): { readonly items: number; readonly bytes: number } {
    let [items, bytes] = [0, 0];
    for (const { backlog } of this.#open) {
      items += backlog.items;
      bytes += backlog.bytes;
    }
    return { items, bytes };
  }

  /**
   * Calls `code` for each notification: a handler with `autoAccept`, else a validator.
   *
   * @throws NodeError `too-many-subscriptions`.
   */
  run(dataTypes: readonly number[], code: ReceivingCode, options: SubscribeOptions): Subscription {
    const onFailure = ({ dataType }: ReceivedNotification, error: unknown): void =>
      this.#options.onFailure(dataType, error);
    const standing = this.#stand(dataTypes, options, {
      onReceived:
        options.autoAccept === true
          ? (received) => runHandler(code as Handler, received, onFailure)
          : (received) => runValidator(code as Validator, received, onFailure),
      onClosed: () => {},
    });
    return new OpenSubscription(dataTypes, standing);
  }

  /** @throws NodeError `too-many-subscriptions`. */
  iterate(dataTypes: readonly number[], options: SubscribeOptions): SubscriptionIterator {
    const { signal, autoAccept = false } = options;
    const waiting = new WaitingNotifications();
    const standing = this.#stand(dataTypes, options, {
      onReceived: (received) => {
        if (autoAccept) received.accept();
        waiting.put(received);
      },
      onClosed: () => waiting.finish(signal?.aborted === true ? signal.reason : undefined),
    });
    return new OpenIteration(dataTypes, standing, waiting);
  }

  closeAll(): void {
    for (const subscription of this.#open) subscription.close();
  }

  #stand(
    dataTypes: readonly number[],
    { signal, echo = false }: SubscribeOptions,
    on: {
      readonly onReceived: (received: ReceivedNotification) => void;
      readonly onClosed: () => void;
    },
  ): LocalSubscription {
    const { clients, mailbox, aborts, validationTimeout, now, isOwn, bounds } = this.#options;
    let stopListening: (() => void) | undefined;
    const standing = new LocalSubscription({
      clients,
      mailbox,
      dataTypes,
      validationTimeout,
      now,
      bounds: bounds ?? BACKLOG_BOUNDS,
      isLeftOut: (data) => !echo && isOwn(data),
      onReceived: on.onReceived,
      onClosed: () => {
        stopListening?.();
        this.#open.delete(standing);
        on.onClosed();
      },
    });
    if (!standing.open()) throw tooMany();
    this.#open.add(standing);
    stopListening = signal && aborts.add(signal, () => standing.close());
    return standing;
  }
}

function tooMany(): NodeError {
  const message =
    'this node has as many clients and subscriptions as it can: close some, or name several types in one';
  return new NodeError('too-many-subscriptions', message);
}
