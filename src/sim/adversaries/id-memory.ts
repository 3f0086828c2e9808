/**
 * The ids somebody has met, as far as he can remember.
 */
import { u64ToHex, type U64 } from '../../basics/integers.ts';

/** Ids remembered; beyond it the oldest are forgotten, and would be met for the first time again. */
export const IDS_MAX = 65_536;

export class IdMemory {
  readonly #ids = new Set<string>();

  get size(): number {
    return this.#ids.size;
  }

  /** Remembers an id; true if it is met for the first time. */
  meet(id: U64): boolean {
    const key = u64ToHex(id);
    if (this.#ids.has(key)) return false;
    this.#ids.add(key);
    if (this.#ids.size > IDS_MAX) this.#forgetOldest();
    return true;
  }

  /** Forgets an id, if it is there; true if it was. */
  forget(id: U64): boolean {
    return this.#ids.delete(u64ToHex(id));
  }

  #forgetOldest(): void {
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
