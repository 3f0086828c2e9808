/**
 * One subscription of the embedding program: a client of the core of its own, so that closing it ends it, and
 * so that each subscription gives its own verdict.
 *
 * What always holds: at most one verdict on each notification reaches the core, and none after the node's
 * time for it, when its ID may soon mean another message. A notification counts as backlog until the program
 * has it and nobody waits for its verdict.
 */
import type { ClientId } from '../../core/inputs.ts';
import type { Instant, Millis } from '../../core/settings.ts';
import { Backlog, type BacklogBounds } from './backlog.ts';
import type { LocalClient, LocalClients } from './local-clients.ts';
import type { Mailbox } from './mailbox.ts';
import { ReceivedNotification, type NotificationOwner } from './received-notification.ts';
import type { Verdict } from './verdict.ts';

export interface LocalSubscriptionOptions {
  readonly clients: LocalClients;
  readonly mailbox: Mailbox;
  readonly dataTypes: readonly number[];
  readonly validationTimeout: Millis;
  readonly bounds: BacklogBounds;
  readonly now: () => Instant;
  /** Whether a notification is to be left out, because the program announced it itself. */
  readonly isLeftOut: (data: Uint8Array) => boolean;
  /** Hands a notification to the program's code. May throw. */
  readonly onReceived: (received: ReceivedNotification) => void;
  /** It is over: closed here, or refused by the core. */
  readonly onClosed: () => void;
}

export class LocalSubscription implements LocalClient, NotificationOwner {
  readonly #options: LocalSubscriptionOptions;
  readonly #backlog: Backlog;
  #client: ClientId = 0;
  /** What the core waits for, by message ID, in the order of arrival. */
  readonly #unanswered = new Map<number, ReceivedNotification>();
  #isOpen = false;

  constructor(options: LocalSubscriptionOptions) {
    this.#options = options;
    const { clients, bounds } = options;
    this.#backlog = new Backlog(bounds, (queue) =>
      clients.give({ kind: 'client-queue', client: this.#client, queue }),
    );
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get backlog(): Pick<Backlog, 'items' | 'bytes'> {
    return this.#backlog;
  }

  /** Call it once. False if the core has no room for another client. */
  open(): boolean {
    const { clients, dataTypes } = this.#options;
    this.#isOpen = true;
    this.#client = clients.join(this);
    for (const dataType of dataTypes) {
      if (this.#isOpen) clients.give({ kind: 'subscribe', client: this.#client, dataType });
    }
    return this.#isOpen;
  }

  /** Ends it: what is unanswered counts as ignored, and nothing more is delivered. */
  close(): void {
    if (!this.#isOpen) return;
    this.#end();
    this.#options.clients.leave(this.#client);
  }

  notify(messageId: number, dataType: number, data: Uint8Array): void {
    if (this.#options.isLeftOut(data)) {
      // Nobody waits for it; unanswered, it would count as a subscriber's silence.
      this.#give(messageId, 'accept');
      return;
    }
    // An ID comes again only after its time was up, which the next tick would have noticed.
    this.#unanswered.get(messageId)?.expire();
    this.#unanswered.delete(messageId);
    const arrivedAt = this.#options.now();
    const copy = data.slice();
    const received = new ReceivedNotification({
      dataType,
      messageId,
      data: copy,
      arrivedAt,
      owner: this,
    });
    this.#unanswered.set(messageId, received);
    this.#backlog.add(copy.length);
    this.#options.mailbox.post(received);
  }

  onDropped(): void {
    this.#end();
  }

  pause(): void {}

  resume(): void {}

  tick(): void {
    const latest = this.#options.now() - this.#options.validationTimeout;
    for (const received of this.#unanswered.values()) {
      if (received.arrivedAt > latest) break;
      this.#unanswered.delete(received.messageId);
      received.expire();
    }
    this.#backlog.tick();
  }

  deliver(received: ReceivedNotification): void {
    if (this.#isOpen) this.#options.onReceived(received);
  }

  answer({ messageId, arrivedAt }: ReceivedNotification, verdict: Verdict): boolean {
    if (!this.#isOpen) return false;
    this.#unanswered.delete(messageId);
    const { now, validationTimeout } = this.#options;
    if (now() - arrivedAt >= validationTimeout) return false;
    this.#give(messageId, verdict);
    return true;
  }

  release(received: ReceivedNotification): void {
    if (this.#isOpen) this.#backlog.remove(received.data.length);
  }

  #give(messageId: number, verdict: Verdict): void {
    const { give } = this.#options.clients;
    const client = this.#client;
    if (verdict === 'ignore') give({ kind: 'abstain', client, messageId });
    else give({ kind: 'verdict', client, messageId, valid: verdict === 'accept' });
  }

  #end(): void {
    this.#isOpen = false;
    for (const received of this.#unanswered.values()) received.expire();
    this.#unanswered.clear();
    this.#options.onClosed();
  }
}
