/**
 * Notices when the process runs out of file descriptors. Node says nothing then: the system closes whoever
 * connects, and no event tells. So one descriptor is asked for now and then, and given back.
 */
import { closeSync, openSync } from 'node:fs';

/** Ticks between two complaints: a minute. */
const QUIET_TICKS = 60;

export class DescriptorWatch {
  readonly #tryOpen: () => void;
  readonly #onTrouble: (error: Error) => void;
  #quietTicks = 0;

  /** `onTrouble` is called at most once a minute. `tryOpen` throws if there is no descriptor; for tests. */
  constructor(onTrouble: (error: Error) => void, tryOpen: () => void = openAndClose) {
    this.#onTrouble = onTrouble;
    this.#tryOpen = tryOpen;
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    if (this.#quietTicks > 0) this.#quietTicks--;
    try {
      this.#tryOpen();
    } catch (error) {
      if (this.#quietTicks > 0 || !isOutOfDescriptors(error)) return;
      this.#quietTicks = QUIET_TICKS;
      this.#onTrouble(error);
    }
  }
}

function openAndClose(): void {
  closeSync(openSync('/dev/null', 'r'));
}

function isOutOfDescriptors(error: unknown): error is Error {
  return error instanceof Error && /\b(EMFILE|ENFILE)\b/.test(error.message);
}
