/**
 * One notification of a subscription in this process, from the moment the core asks until it is dealt with:
 * taken by the program, and answered or too late to be.
 */
import type { Instant } from '../../core/settings.ts';
import type { Letter } from './mailbox.ts';
import { NodeError } from './node-error.ts';
import type { Received, ValidationContext, Verdict } from './verdict.ts';

export interface NotificationOwner {
  /** It is the program's turn to look at it. */
  deliver(received: ReceivedNotification): void;
  /** The first verdict on it; whether that still counts. */
  answer(received: ReceivedNotification, verdict: Verdict): boolean;
  /** The program has it, and nobody waits for a verdict any more. */
  release(received: ReceivedNotification): void;
}

export class ReceivedNotification implements Received, ValidationContext, Letter {
  readonly dataType: number;
  readonly messageId: number;
  readonly data: Uint8Array;
  readonly arrivedAt: Instant;
  readonly #owner: NotificationOwner;
  #controller: AbortController | undefined;
  #isTaken = false;
  #isOver = false;

  /** `data` is kept as it is. */
  constructor(options: {
    readonly dataType: number;
    readonly messageId: number;
    readonly data: Uint8Array;
    readonly arrivedAt: Instant;
    readonly owner: NotificationOwner;
  }) {
    this.dataType = options.dataType;
    this.messageId = options.messageId;
    this.data = options.data;
    this.arrivedAt = options.arrivedAt;
    this.#owner = options.owner;
  }

  /** Made when somebody asks for it: making one costs more than most validators. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  deliver(): void {
    this.#owner.deliver(this);
  }

  accept(): boolean {
    return this.#answer('accept');
  }

  reject(): boolean {
    return this.#answer('reject');
  }

  ignore(): boolean {
    return this.#answer('ignore');
  }

  /** The program has it now. */
  take(): void {
    if (this.#isTaken) return;
    this.#isTaken = true;
    if (this.#isOver) this.#owner.release(this);
  }

  /** No verdict changes anything any more. */
  expire(): void {
    if (this.#isOver) return;
    this.#settle();
    this.#controller?.abort(new NodeError('closed', 'the verdict is not waited for any more'));
  }

  #answer(verdict: Verdict): boolean {
    if (this.#isOver) return false;
    const counts = this.#owner.answer(this, verdict);
    this.#settle();
    return counts;
  }

  #settle(): void {
    this.#isOver = true;
    if (this.#isTaken) this.#owner.release(this);
  }
}
