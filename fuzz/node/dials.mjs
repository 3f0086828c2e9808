/**
 * What a node may do about dialling: nobody twice at once, nobody to whom there is a link, not itself, and
 * nobody after `shut-down`.
 */
import { must } from '../failure.mjs';

export class DialBook {
  /** Under way, by address as text. */
  #dials = new Map();
  #isShutDown = false;
  #code;
  #settings;

  constructor({ code, settings }) {
    this.#code = code;
    this.#settings = settings;
  }

  get size() {
    return this.#dials.size;
  }

  /** The addresses, oldest first. */
  get addresses() {
    return [...this.#dials.values()];
  }

  onShutDown() {
    this.#isShutDown = true;
  }

  /** A dial was answered or failed. */
  onEnded(address) {
    this.#dials.delete(this.#code.formatAddress(address));
  }

  /** The node dials; `links` are those it has. */
  onDial(address, links) {
    const key = this.#code.formatAddress(address);
    must(!this.#isShutDown, 'dialled-at-end', () => `${key} was dialled after shut-down`);
    must(!this.#dials.has(key), 'dialled-twice', () => `${key} is being dialled already`);
    for (const { id, listening } of links) {
      const isThere = listening !== undefined && this.#code.addressEquals(listening, address);
      must(!isThere, 'dialled-a-link', () => `${key} is link ${id}`);
    }
    const isItself = this.#code.addressEquals(address, this.#settings.listenAddress);
    must(!isItself, 'dialled-itself', () => key);
    this.#dials.set(key, address);
  }
}
