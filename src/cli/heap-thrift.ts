/**
 * How much memory V8 may keep for garbage: as much as it likes while the node carries messages, little while it does
 * not.
 *
 * V8 lets garbage pile up before it collects it, the more the more work of any kind there was: up to 48 MiB of young
 * objects and as much of old ones. For messages that pays; with less they cost up to a fifth more CPU. Strangers who
 * connect and say nothing bring it about too, and nobody has anything from that (bench/README.md has figures).
 *
 * Both flags are read by V8 at each collection. They concern the whole process, so they are none of a library's
 * business.
 */
import { setFlagsFromString } from 'node:v8';

/** Milliseconds between two looks. */
const LOOK_EVERY = 1_000;
/** Bytes carried between two looks from which on V8 may do as it likes. A guess: some ten thousand small messages. */
export const BUSY_BYTES = 1024 * 1024;

/** No more young objects than now; old ones are collected when there are half as many again as were alive. */
const THRIFTY = ['--semi-space-growth-factor=1', '--heap-growing-percent=50'];
/** V8's own. */
const USUAL = ['--semi-space-growth-factor=2', '--heap-growing-percent=0'];

export class HeapThrift {
  readonly #setFlag: (flag: string) => void;
  #isThrifty = false;
  #carried = 0;

  /** Begins at once. `setFlag`: for tests. */
  constructor(setFlag: (flag: string) => void = setFlagsFromString) {
    this.#setFlag = setFlag;
    this.#save(true);
  }

  /** Looks every second, as long as the process has other things to do, at how many bytes were carried so far. */
  watch(carried: () => number): void {
    setInterval(() => this.look(carried()), LOOK_EVERY).unref();
  }

  /** `carried`: bytes since the start. */
  look(carried: number): void {
    this.#save(carried - this.#carried < BUSY_BYTES);
    this.#carried = carried;
  }

  #save(isThrifty: boolean): void {
    if (isThrifty === this.#isThrifty) return;
    this.#isThrifty = isThrifty;
    for (const flag of isThrifty ? THRIFTY : USUAL) this.#setFlag(flag);
  }
}
