/**
 * One connection between two nodes: what one sends is encoded, waits as bytes, and is cut anywhere on its way
 * to the other. Each message that comes out must be the one that went in, unless somebody has tampered.
 */
import { must } from '../failure.mjs';
import { saysTheSame, writeOut } from '../second/frames.mjs';

const EMPTY = new Uint8Array(0);

export class CableEnd {
  /** The node that this end belongs to. */
  side;
  /** The node's number for it. */
  link;
  /** @type {CableEnd} */
  other;
  /** The node has hung up, or was told that the link is closed. */
  isGone = false;
  isTampered = false;
  #reader;
  #code;
  /** Bytes on their way to this end, and what they say, oldest first. */
  #inFlight = EMPTY;
  #frames = [];
  /** Nothing comes behind the bytes that are in flight. */
  #isOver = false;

  constructor({ code, side, link }) {
    this.side = side;
    this.link = link;
    this.#code = code;
    this.#reader = code.peerMessageReader();
  }

  /** Whether anything can still arrive here. */
  get isWaiting() {
    return !this.isGone && !this.#isPaused() && (this.#inFlight.length > 0 || this.#isOver);
  }

  /** Sends a message to the other end. */
  send(message) {
    this.other.receive(this.#code.encodePeerMessage(message));
  }

  receive(frame) {
    if (this.isGone) return;
    const joined = new Uint8Array(this.#inFlight.length + frame.length);
    joined.set(this.#inFlight);
    joined.set(frame, this.#inFlight.length);
    this.#inFlight = joined;
    this.#frames.push(frame);
  }

  /** This end's node has closed: the other gets what is in flight, and then learns it. */
  close() {
    this.isGone = true;
    this.other.#isOver = true;
  }

  /** Somebody pulls the cable: what is in flight is lost, for both. */
  breakDown() {
    for (const end of [this, this.other]) if (!end.isGone) end.#end('broken');
  }

  tamper(place, mask) {
    if (this.#inFlight.length === 0) return;
    this.#inFlight[place % this.#inFlight.length] ^= mask;
    this.isTampered = true;
  }

  /** So many bytes arrive, or all there are. */
  deliver(bytes) {
    if (!this.isWaiting) return;
    this.#drain();
    if (this.#isPaused() || this.isGone) return;
    const chunk = this.#inFlight.slice(0, bytes);
    this.#inFlight = this.#inFlight.subarray(chunk.length);
    this.#reader.push(chunk);
    this.#drain();
    if (this.isWaiting && this.#inFlight.length === 0) this.#end('the other side closed');
  }

  #drain() {
    while (!this.#isPaused() && !this.isGone) {
      const message = this.#reader.next();
      if (message === undefined) return;
      if (message.kind === 'violation') {
        must(this.isTampered, 'garbled', () => `${message.code}: ${message.reason}`);
        this.side.give({ kind: 'garbage', link: this.link, violation: message });
        return;
      }
      this.#expectAsSent(message);
      this.side.give({ kind: 'message', link: this.link, message });
    }
  }

  #expectAsSent(message) {
    const frame = this.#frames.shift();
    if (this.isTampered) return;
    const isSame = frame !== undefined && saysTheSame(message, frame, 0, frame.length);
    const isWritten = isSame && Buffer.compare(writeOut(message), frame) === 0;
    must(isWritten, 'garbled', () => `${message.kind} is not what was sent`);
  }

  #isPaused() {
    return this.side.auditor.links.known.get(this.link)?.isPaused === true;
  }

  #end(reason) {
    this.isGone = true;
    this.side.give({ kind: 'link-closed', link: this.link, reason });
  }
}

/** A connection that `dialler` has made to `dialled`. */
export function connect(code, dialler, dialled) {
  const ends = [dialler, dialled].map((side) => new CableEnd({ code, side, link: side.newLink() }));
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}
