/**
 * A notification in the hands of an application, and what becomes of its verdicts.
 *
 * A node asks a connection once. Where several subscriptions of one client want the same type, their verdicts
 * are joined as the node joins those of several clients: one refusal is sent at once, an agreement when nobody
 * is left to be heard and at least one agreed, and nothing if all abstain.
 */
import { encodeValidation } from '../wire/api-messages.ts';

/**
 * What a subscriber says of data: it may travel on, it may not, or it has no opinion. The protocol has no
 * message for the last: nothing is sent, and the node waits in vain for its `validation_timeout` (60 s unless
 * configured otherwise). After three notifications in a row without an answer it does not wait for this client
 * any more, until one is answered in time again. Messages on which all subscribers abstain go no further.
 */
export type Verdict = 'accept' | 'reject' | 'ignore';

/**
 * One notification. The first of `accept`, `reject` and `ignore` is its verdict. Each returns whether the call
 * counted: false if it was answered before, or if the connection it came on is over. An item that is never
 * answered has the same effect as `ignore`. It can be answered also after the subscription has ended.
 */
export interface Received {
  /** 0 … 65,535. */
  readonly dataType: number;
  /** The node's number for this notification on this connection, 1 … 65,535 (other modules may use 0). */
  readonly messageId: number;
  /** The bytes as they were announced, 0 … 65,527 of them; a copy that subscriptions of one client share. */
  readonly data: Uint8Array;
  /** Tells the node that the data is well-formed and may travel on. */
  accept(): boolean;
  /** Tells the node that the data is not well-formed: it stops there. */
  reject(): boolean;
  /** Tells the node nothing; see {@link Verdict} for what that means. */
  ignore(): boolean;
}

/** Where verdicts go: the connection that a notification came on. */
export interface VerdictChannel {
  readonly isOpen: boolean;
  /** Sends a 503; called while it is open. */
  post(frame: Uint8Array): void;
}

/** The one answer to the node, made of the verdicts of those who were handed the notification. */
export class Answer {
  readonly #messageId: number;
  readonly #channel: VerdictChannel;
  #outstanding: number;
  #isAccepted = false;
  #isSent = false;

  /** `voices`: how many are asked, from 1. */
  constructor(messageId: number, channel: VerdictChannel, voices: number) {
    this.#messageId = messageId;
    this.#channel = channel;
    this.#outstanding = voices;
  }

  /** To be called once for each voice; false if the connection is over. */
  give(verdict: Verdict): boolean {
    if (!this.#channel.isOpen) return false;
    this.#outstanding -= 1;
    if (verdict === 'accept') this.#isAccepted = true;
    if (verdict === 'reject') this.#send(false);
    else if (this.#outstanding === 0 && this.#isAccepted) this.#send(true);
    return true;
  }

  #send(valid: boolean): void {
    if (this.#isSent) return;
    this.#isSent = true;
    this.#channel.post(encodeValidation(this.#messageId, valid));
  }
}

export class ReceivedNotification implements Received {
  readonly dataType: number;
  readonly messageId: number;
  readonly data: Uint8Array;
  readonly #answer: Answer;
  #isAnswered = false;

  /** `data` is kept as it is. */
  constructor(dataType: number, messageId: number, data: Uint8Array, answer: Answer) {
    this.dataType = dataType;
    this.messageId = messageId;
    this.data = data;
    this.#answer = answer;
  }

  accept(): boolean {
    return this.#give('accept');
  }

  reject(): boolean {
    return this.#give('reject');
  }

  ignore(): boolean {
    return this.#give('ignore');
  }

  #give(verdict: Verdict): boolean {
    if (this.#isAnswered) return false;
    this.#isAnswered = true;
    return this.#answer.give(verdict);
  }
}
