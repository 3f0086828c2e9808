/**
 * One end of a connection in the hands of a test: says what the test says, garbled if it likes, and remembers
 * what came, message by message and read by read. It answers nothing by itself.
 *
 * What goes wrong is an `AssertionError` of `node:assert` that says what was awaited and what came instead.
 */
import { AssertionError } from 'node:assert';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import type { FrameReader } from '../wire/frame-reader.ts';
import type { Violation } from '../wire/violation.ts';
import type { CleanUpOptions } from './clean-up.ts';
import { turns } from './waiting.ts';

export interface ScriptedConnectionOptions extends CleanUpOptions {
  /** Bytes that are remembered; the connection breaks when more come. Default 256 MiB. */
  readonly rememberedBytesMax?: number | undefined;
  /** Whether this end stays open when the other side has ended (FIN). Default false: it ends too. */
  readonly allowHalfOpen?: boolean | undefined;
}

const REMEMBERED_BYTES_MAX = 256 * 1024 * 1024;

interface Message {
  readonly kind: string;
}

export class ScriptedConnection<Said extends Message> {
  /** For what the methods here do not offer, such as `pause()`. */
  readonly socket: Socket;
  readonly #reader: FrameReader<Said>;
  readonly #rememberedBytesMax: number;
  readonly #reads: Uint8Array[] = [];
  readonly #received: Said[] = [];
  readonly #waiting = new Set<() => void>();
  #bytesRemembered = 0;
  /** Messages that {@link next} and {@link expect} have handed out. */
  #taken = 0;
  #hasEnded = false;
  #isClosed = false;
  #error: NodeJS.ErrnoException | undefined;
  #violation: Violation | undefined;

  /** Takes a connected socket; whether it is half open at the end is the socket's own setting. */
  constructor(socket: Socket, reader: FrameReader<Said>, options: ScriptedConnectionOptions = {}) {
    this.socket = socket;
    this.#reader = reader;
    this.#rememberedBytesMax = options.rememberedBytesMax ?? REMEMBERED_BYTES_MAX;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('end', () => this.#change(() => (this.#hasEnded = true)));
    socket.on('error', (error) => (this.#error = error));
    socket.on('close', () => this.#change(() => (this.#isClosed = true)));
    options.cleanUp?.(() => this.close());
  }

  /** All messages that have come, taken or not. */
  get received(): readonly Said[] {
    return this.#received;
  }

  /** What each read brought, in order. */
  get reads(): readonly Uint8Array[] {
    return this.#reads;
  }

  /** All bytes that have come. */
  get bytes(): Uint8Array {
    return Buffer.concat(this.#reads);
  }

  /** Whether the other side has said that nothing more comes (FIN). */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether the connection is over in both directions. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What broke the connection, such as ECONNRESET. */
  get error(): NodeJS.ErrnoException | undefined {
    return this.#error;
  }

  /** Sends bytes, all in one write, whatever they are. */
  send(...frames: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /**
   * The next message that was not taken yet; with `kind` the next of that kind, passing over others. Fails if
   * the connection ends before, or what comes is no message.
   */
  next(): Promise<Said>;
  next<Kind extends Said['kind']>(kind: Kind): Promise<Extract<Said, { readonly kind: Kind }>>;
  async next(kind?: string): Promise<Said> {
    for (;;) {
      const message = await this.#take(kind ?? 'a message');
      if (kind === undefined || message.kind === kind) return message;
    }
  }

  /** The next message that was not taken yet, which must be of that kind. */
  async expect<Kind extends Said['kind']>(
    kind: Kind,
  ): Promise<Extract<Said, { readonly kind: Kind }>> {
    const message = await this.#take(kind);
    if (message.kind !== kind) this.#fail(kind, inspect(message));
    // Proof of the cast: the kind has just been compared.
    return message as Extract<Said, { readonly kind: Kind }>;
  }

  /**
   * Fails if a message that was not taken is there, or comes before `event` has happened. Choose an event that
   * cannot happen before what must not come would have come: the answer to something that was sent later, say.
   */
  async silence(event: PromiseLike<unknown>): Promise<void> {
    await event;
    await turns();
    const message = this.#received[this.#taken];
    if (message !== undefined) this.#fail('silence', inspect(message));
    if (this.#violation !== undefined) this.#fail('silence', this.#violation.reason);
  }

  /** Resolves when the other side has ended the connection or broken it. Messages before that may come. */
  async ended(): Promise<void> {
    while (!this.#hasEnded && !this.#isClosed) await this.#changed();
  }

  /** Says that nothing more comes (FIN); what comes is still read. */
  end(): void {
    this.socket.end();
  }

  /** Breaks the connection (RST). */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Cuts the connection and resolves when it is gone. */
  async close(): Promise<void> {
    this.socket.destroy();
    while (!this.#isClosed) await this.#changed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onData(chunk: Buffer): void {
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#bytesRemembered += bytes.length;
    if (this.#bytesRemembered > this.#rememberedBytesMax) {
      this.socket.destroy(new Error(`more than ${this.#rememberedBytesMax} bytes have come`));
      return;
    }
    this.#reads.push(bytes);
    this.#reader.push(bytes);
    this.#change(() => this.#readOn());
  }

  #readOn(): void {
    while (this.#violation === undefined) {
      const message = this.#reader.next();
      if (message === undefined) return;
      if (isViolation(message)) this.#violation = message;
      else this.#received.push(message);
    }
  }

  async #take(awaited: string): Promise<Said> {
    while (this.#taken === this.#received.length) {
      if (this.#violation !== undefined) this.#fail(awaited, this.#violation.reason);
      if (this.#hasEnded || this.#isClosed) this.#fail(awaited, this.#describeEnd());
      await this.#changed();
    }
    return this.#received[this.#taken++]!;
  }

  #describeEnd(): string {
    return `the connection ended${this.#error === undefined ? '' : ` (${this.#error.message})`}`;
  }

  #fail(awaited: string, found: string): never {
    throw new AssertionError({
      message: `awaited ${awaited}, but: ${found}`,
      expected: awaited,
      actual: found,
      stackStartFn: this.#fail,
    });
  }

  #change(apply: () => void): void {
    apply();
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }
}

function isViolation(message: Message): message is Violation {
  return message.kind === 'violation';
}
