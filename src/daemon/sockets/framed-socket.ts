/**
 * One connection, TCP or Unix, as a stream of messages: cuts what arrives into frames, queues what leaves,
 * and ends in an orderly way.
 *
 * What always holds:
 * - Messages are delivered one by one and in order, never while paused, and never after {@link close}, not
 *   even the rest of a chunk that was read already.
 * - Everything that was read counts: the other side's FIN or break-down is reported after the last message
 *   before it, also if that message had to wait for {@link resume}.
 * - {@link FramedSocketEvents.onGone} comes once, unless we close first.
 * - No error of the socket escapes.
 * - A flood on one connection does not keep the others waiting: after as many bytes as `readsPerTurn` full reads
 *   bring it rests until everybody else has had a turn.
 */
import type { Socket } from 'node:net';
import type { QueueState } from '../../core/inputs.ts';
import type { Lane } from '../../core/lanes.ts';
import type { FrameReader } from '../../wire/frame-reader.ts';
import type { MessageType } from '../../wire/message-types.ts';
import { violation, type Violation } from '../../wire/violation.ts';
import type { SocketBounds } from './bounds.ts';
import type { FlushScheduler } from './flush-scheduler.ts';
import { SendQueue, type SendGear } from './send-queue.ts';
import type { TcpBacklog } from './tcp-backlog.ts';
import type { Traffic } from './traffic.ts';
import { TurnBudget } from './turn-budget.ts';

export interface FramedSocketEvents<M> {
  readonly onMessage: (message: M) => void;
  /** What came is no message, or took too long. Nothing more is delivered; the owner closes. */
  readonly onViolation: (violation: Violation) => void;
  /** The header of a message has come, its rest has not; once for each such message. */
  readonly onMessageBegun?: (type: MessageType) => void;
  /**
   * The connection is over in the middle of a message, of which `bytes` have come; `size`, its whole size, is
   * known once its header has come. {@link onGone} follows.
   */
  readonly onCutOff: (bytes: number, size: number | undefined) => void;
  /** The other side has closed, or the connection broke. What is queued is still sent, if it can be. */
  readonly onGone: (reason: string) => void;
  /** The other side takes nothing although its queue is full: the owner destroys. */
  readonly onStuck: () => void;
  readonly onQueue: (queue: QueueState) => void;
}

interface Message {
  readonly kind: string;
}

export class FramedSocket<M extends Message> {
  readonly #socket: Socket;
  readonly #reader: FrameReader<M>;
  readonly #queue: SendQueue;
  readonly #bounds: SocketBounds;
  readonly #traffic: Traffic;
  readonly #budget: TurnBudget;
  readonly #scheduler: FlushScheduler;
  readonly #events: FramedSocketEvents<M>;
  readonly #holdsWritesWhilePaused: boolean;
  readonly #whenClosed: (() => void)[] = [];
  #isPaused = false;
  /** Nothing more is delivered: we closed, the other side did, or it broke the protocol. */
  #isDeaf = false;
  #isClosing = false;
  #isClosed = false;
  /** Whether the others have their turn. */
  #isResting = false;
  /** Why the connection is over, once it is, but messages read before still wait for `resume()`. */
  #goneReason: string | undefined;
  #errorText: string | undefined;
  #hasToldHeader = false;
  /** Ticks since the frame that is arriving began. */
  #frameTicks = 0;
  #closingTimer: NodeJS.Timeout | undefined;

  constructor(options: {
    /** Connected, with `allowHalfOpen`. */
    readonly socket: Socket;
    readonly reader: FrameReader<M>;
    readonly gear: SendGear;
    readonly bounds: SocketBounds;
    readonly traffic: Traffic;
    readonly events: FramedSocketEvents<M>;
    /**
     * Whether nothing is written while nothing is read. A write to a connection that the other side has
     * reset destroys it together with all that it sent before and we have not read.
     */
    readonly holdsWritesWhilePaused: boolean;
  }) {
    const { socket, bounds, traffic, gear, events } = options;
    this.#socket = socket;
    this.#reader = options.reader;
    this.#bounds = bounds;
    this.#traffic = traffic;
    this.#budget = new TurnBudget(bounds);
    this.#scheduler = gear.scheduler;
    this.#events = events;
    this.#holdsWritesWhilePaused = options.holdsWritesWhilePaused;
    this.#queue = new SendQueue({ sink: socket, gear, bounds, traffic, onState: events.onQueue });
    traffic.opened++;
    socket.on('data', this.#onData);
    socket.on('end', () => this.#onOver('the other side closed the connection'));
    socket.on('error', (error) => this.#onError(error));
    socket.on('close', () => this.#onClose());
  }

  /** Bytes that wait to be sent. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Whether so much waits to be sent that it must be watched whether it moves. */
  get isBehind(): boolean {
    return this.#queue.state.level !== 'low';
  }

  /** Queues a copy of one whole frame; false if it was dropped because of `bytesMax`. */
  send(frame: Uint8Array, bytesMax: number, lane?: Lane, tag?: number): boolean {
    return this.#queue.append(frame, bytesMax, lane, tag);
  }

  /** Takes back what was sent with a tag and no write has begun with. */
  withdraw(tag: number): void {
    this.#queue.withdraw(tag);
  }

  /** Stops reading; takes effect within the chunk that is being handled. */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#socket.pause();
    if (this.#holdsWritesWhilePaused) this.#queue.hold();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    // Later, because the owner may be in the middle of carrying something out.
    setImmediate(this.#continue);
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    if (this.#isDeaf || this.#isPaused || this.#reader.pendingBytes === 0) return;
    if (++this.#frameTicks > this.#bounds.frameTicks) this.#onFrameTimeout();
  }

  /** To be called once a tick while {@link isBehind}. */
  judgeQueue(backlog: TcpBacklog): void {
    if (this.#isClosing || !this.isBehind) return;
    if (!this.#queue.tick(backlog.of(this.#socket))) return;
    this.#traffic.stuck++;
    this.#events.onStuck();
  }

  /**
   * Delivers nothing more, sends what is queued (unless `dropsQueue`) for `closingTime` at most, says FIN and
   * waits for the other side's. Meanwhile what arrives is read and thrown away: closing a socket with unread
   * bytes makes the system send RST, and our last message might be lost with it. A connection that is
   * refused before a byte went either way just ends, so that a crowd at the door leaves nothing behind.
   */
  close(options: { readonly dropsQueue: boolean } = { dropsQueue: false }): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#isDeaf = true;
    if (this.#isClosed) return;
    if (options.dropsQueue) this.#queue.discard();
    if (this.#isUntouched()) {
      this.#socket.destroy();
      return;
    }
    this.#closingTimer = setTimeout(() => this.#socket.destroy(), this.#bounds.closingTime);
    this.#socket.resume();
    this.#queue.finish(() => this.#socket.end());
  }

  /** Ends the connection now, without a word. */
  destroy(): void {
    this.#isClosing = true;
    this.#isDeaf = true;
    this.#socket.destroy();
  }

  /** Calls `whenClosed` when nothing is left of the connection; at once if that is so already. */
  onClosed(whenClosed: () => void): void {
    if (this.#isClosed) whenClosed();
    else this.#whenClosed.push(whenClosed);
  }

  #isUntouched(): boolean {
    const { bytesRead, bytesWritten } = this.#socket;
    return bytesRead === 0 && bytesWritten === 0 && this.#queue.bytes === 0;
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#isDeaf) return;
    this.#traffic.bytesIn += chunk.length;
    // A plain array: views of a Buffer cost twice as much, and every message takes one.
    this.#reader.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    this.#deliver();
    if (this.#budget.isSpentBy(chunk.length, this.#scheduler.turn)) this.#rest();
  };

  /** Lets everybody else have a turn. What the stream has read ahead by then, at most one read, waits. */
  #rest(): void {
    if (this.#isPaused || this.#isDeaf) return;
    this.#isResting = true;
    this.#socket.pause();
    if (this.#holdsWritesWhilePaused) {
      if (this.#budget.mayHold()) this.#queue.hold();
      else this.#queue.release();
    }
    setImmediate(this.#afterRest);
  }

  readonly #afterRest = (): void => {
    this.#isResting = false;
    if (!this.#isPaused && !this.#isDeaf) this.#readOn();
  };

  #deliver(): void {
    while (!this.#isDeaf && !this.#isPaused) {
      const message = this.#reader.next();
      if (message === undefined) return this.#tellHeader();
      this.#frameTicks = 0;
      this.#hasToldHeader = false;
      if (isViolation(message)) {
        this.#violate(message);
      } else {
        this.#traffic.messagesIn++;
        this.#events.onMessage(message);
      }
    }
  }

  #tellHeader(): void {
    const type = this.#reader.pendingType;
    if (type === undefined || this.#hasToldHeader) return;
    this.#hasToldHeader = true;
    this.#events.onMessageBegun?.(type);
  }

  readonly #continue = (): void => {
    this.#deliver();
    if (this.#isPaused || this.#isDeaf) return;
    if (this.#goneReason !== undefined) {
      this.#onOver(this.#goneReason);
      return;
    }
    this.#readOn();
  };

  #readOn(): void {
    this.#socket.resume();
    // A whole turn later, so that what has arrived is read before anything is written.
    if (this.#holdsWritesWhilePaused) setImmediate(this.#writeAgain);
  }

  readonly #writeAgain = (): void => {
    if (this.#isPaused || this.#isResting) return;
    this.#budget.onQuiet();
    this.#queue.release();
  };

  #onFrameTimeout(): void {
    const reason =
      `${this.#reader.pendingBytes} bytes of a message came, but not the rest within ` +
      `${this.#bounds.frameTicks} s`;
    this.#violate(violation('frame-timeout', reason));
  }

  #violate(wrong: Violation): void {
    this.#isDeaf = true;
    this.#traffic.violations++;
    this.#events.onViolation(wrong);
  }

  #onOver(reason: string): void {
    if (this.#isDeaf) return;
    this.#goneReason = reason;
    // Something is left after a pause that has just ended.
    this.#deliver();
    if (this.#isPaused || this.#isDeaf) return;
    this.#isDeaf = true;
    const { pendingBytes, pendingSize } = this.#reader;
    if (pendingBytes > 0) this.#events.onCutOff(pendingBytes, pendingSize);
    this.#events.onGone(reason);
    this.close();
  }

  #onError(error: Error): void {
    this.#errorText ??= describeError(error);
    // A channel of TLS tells that it is broken, and stays.
    this.#socket.destroy();
  }

  #onClose(): void {
    this.#isClosed = true;
    clearTimeout(this.#closingTimer);
    this.#queue.discard();
    this.#onOver(this.#errorText ?? 'the connection is closed');
    for (const whenClosed of this.#whenClosed) whenClosed();
  }
}

function isViolation(message: Message): message is Violation {
  return message.kind === 'violation';
}

/** `ECONNRESET`, or the message of an error without a code. */
export function describeError(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
