/**
 * Cuts a byte stream into messages. Any split and any number of frames per chunk give the same messages.
 *
 * A header is judged as soon as its four bytes are in, before one byte of the body is kept, so a reader
 * never holds more than one frame of a size its type allows (64 KiB at most). Frames that lie whole in one
 * chunk are decoded where they are; only a frame that straddles chunks is copied, once, into a buffer of
 * its own size, so that a sender who dribbles single bytes costs no more than its bytes.
 *
 * Nothing is skipped: after a violation the reader returns that violation for ever. TCP does not garble, so
 * whatever does not parse was sent that way.
 */
import {
  HEADER_BYTES,
  MESSAGE_SHAPES,
  type Direction,
  type MessageShape,
  type MessageType,
} from './message-types.ts';
import { violation, type Violation } from './violation.ts';

/** Turns one complete frame, `bytes[start … end)`, header included, into a message, or says what is wrong. */
export type FrameDecoder<M> = (
  type: MessageType,
  bytes: Uint8Array,
  start: number,
  end: number,
) => M | Violation;

/** What may arrive on one kind of connection. */
export interface Dialect {
  /** For messages to people: "a client", "a peer". */
  readonly sender: string;
  readonly direction: Direction;
}

const EMPTY = new Uint8Array(0);
const SHAPES_BY_TYPE: ReadonlyMap<number, MessageShape> = new Map(
  MESSAGE_SHAPES.map((shape) => [shape.type, shape]),
);

export class FrameReader<M extends object> {
  readonly #dialect: Dialect;
  readonly #decode: FrameDecoder<M>;
  #chunk: Uint8Array = EMPTY;
  #offset = 0;
  /** The frame that straddles chunks: first its header alone, then a buffer of the frame's whole size. */
  #partial: Uint8Array | undefined;
  #partialBytes = 0;
  #violation: Violation | undefined;

  constructor(dialect: Dialect, decode: FrameDecoder<M>) {
    this.#dialect = dialect;
    this.#decode = decode;
  }

  /** Bytes of an unfinished frame that are waiting for the rest. */
  get pendingBytes(): number {
    return this.#partialBytes;
  }

  /** The type of that frame, as soon as its header is there. */
  get pendingType(): MessageType | undefined {
    return this.#partialBytes < HEADER_BYTES ? undefined : typeAt(this.#partial!, 0);
  }

  /** The size of that frame, likewise. */
  get pendingSize(): number | undefined {
    return this.#partialBytes < HEADER_BYTES ? undefined : this.#partial!.length;
  }

  /** Hands in what was read. The chunk must have been drained with {@link next} before the next one comes. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#offset = 0;
  }

  /**
   * The next message, the violation that ends this connection, or undefined when more bytes are needed.
   * Views inside a message stay valid, but pin the chunk they came with: copy what is kept.
   */
  next(): M | Violation | undefined {
    if (this.#violation !== undefined) return this.#violation;
    if (this.#partial !== undefined) return this.#nextFromPartial();
    const available = this.#chunk.length - this.#offset;
    if (available < HEADER_BYTES) return this.#keepRest();
    const size = this.#frameSize(this.#chunk, this.#offset);
    if (typeof size !== 'number') return size;
    if (available < size) {
      this.#partial = new Uint8Array(size);
      return this.#nextFromPartial();
    }
    const start = this.#offset;
    this.#offset = start + size;
    return this.#judge(this.#decode(typeAt(this.#chunk, start), this.#chunk, start, start + size));
  }

  #keepRest(): undefined {
    const rest = this.#chunk.length - this.#offset;
    if (rest > 0) {
      this.#partial = new Uint8Array(HEADER_BYTES);
      this.#fillPartial();
    }
    this.#chunk = EMPTY;
    this.#offset = 0;
    return undefined;
  }

  #nextFromPartial(): M | Violation | undefined {
    if (!this.#fillPartial()) return undefined;
    let frame = this.#partial!;
    if (frame.length === HEADER_BYTES) {
      const size = this.#frameSize(frame, 0);
      if (typeof size !== 'number') return size;
      if (size > HEADER_BYTES) {
        frame = new Uint8Array(size);
        frame.set(this.#partial!);
        this.#partial = frame;
        if (!this.#fillPartial()) return undefined;
      }
    }
    this.#partial = undefined;
    this.#partialBytes = 0;
    return this.#judge(this.#decode(typeAt(frame, 0), frame, 0, frame.length));
  }

  /** A frame that is no message ends the connection as a wrong header does. */
  #judge(decoded: M | Violation): M | Violation {
    return isViolation(decoded) ? this.#end(decoded) : decoded;
  }

  /** Moves bytes from the chunk into the partial frame; true once it is full. */
  #fillPartial(): boolean {
    const partial = this.#partial!;
    const take = Math.min(partial.length - this.#partialBytes, this.#chunk.length - this.#offset);
    partial.set(this.#chunk.subarray(this.#offset, this.#offset + take), this.#partialBytes);
    this.#partialBytes += take;
    this.#offset += take;
    if (this.#partialBytes === partial.length) return true;
    this.#chunk = EMPTY;
    this.#offset = 0;
    return false;
  }

  /** The size of the frame whose header stands at `offset`, or the violation its header already is. */
  #frameSize(bytes: Uint8Array, offset: number): number | Violation {
    const size = (bytes[offset]! << 8) | bytes[offset + 1]!;
    const type = typeAt(bytes, offset);
    const shape = SHAPES_BY_TYPE.get(type);
    const wrong = judgeHeader(size, type, shape, this.#dialect);
    return wrong === undefined ? size : this.#end(wrong);
  }

  #end(wrong: Violation): Violation {
    this.#violation = wrong;
    this.#partial = undefined;
    this.#partialBytes = 0;
    this.#chunk = EMPTY;
    return wrong;
  }
}

function isViolation(decoded: object): decoded is Violation {
  return 'kind' in decoded && decoded.kind === 'violation';
}

function typeAt(bytes: Uint8Array, offset: number): MessageType {
  // Only called to look a type up or after the look-up has succeeded.
  return ((bytes[offset + 2]! << 8) | bytes[offset + 3]!) as MessageType;
}

function judgeHeader(
  size: number,
  type: number,
  shape: MessageShape | undefined,
  dialect: Dialect,
): Violation | undefined {
  if (size < HEADER_BYTES) {
    return violation('bad-size', `size ${size} in a header, at least ${HEADER_BYTES} is possible`);
  }
  if (shape === undefined) {
    const hint = isTls(size) ? `; these are bytes of TLS${tlsHint(dialect)}` : '';
    return violation('unknown-type', `message type ${type} (size ${size}) does not exist${hint}`);
  }
  if (shape.direction !== dialect.direction) {
    const reason = `${shape.name} (${type}) is not a message that ${dialect.sender} sends`;
    return violation('wrong-port', reason);
  }
  if (sizeFits(shape, size)) return undefined;
  return violation('bad-size', `size ${size} for ${shape.name}, ${describeSizes(shape)} is right`);
}

/** A record of TLS begins with its type, 21 for an alert and 22 for a handshake, and the version 3. */
function isTls(size: number): boolean {
  return size === 0x1503 || size === 0x1603;
}

/** Between nodes it is a matter of settings. */
function tlsHint({ direction }: Dialect): string {
  return direction === 'peer-to-peer'
    ? ': the peer is set to transport = tls, this node to plain'
    : ', which is not spoken here';
}

function sizeFits(shape: MessageShape, size: number): boolean {
  const sizes = shape.sizes;
  if (shape.open) {
    return size >= sizes[0]! && size <= sizes[1]! && (size - sizes[0]!) % shape.step === 0;
  }
  return size === sizes[0] || size === sizes[1];
}

function describeSizes(shape: MessageShape): string {
  const steps = shape.step === 1 ? '' : ` in steps of ${shape.step}`;
  return shape.sizes.join(shape.open ? ' to ' : ' or ') + steps;
}
