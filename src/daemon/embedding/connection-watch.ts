/** Those who wait for a node to have links. */
import type { AbortListeners } from './abort-listeners.ts';
import { nodeClosed } from './node-error.ts';

interface Waiter {
  readonly links: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class ConnectionWatch {
  readonly #aborts: AbortListeners;
  readonly #waiters = new Set<Waiter>();
  #isClosed = false;

  constructor(aborts: AbortListeners) {
    this.#aborts = aborts;
  }

  /** Resolves once {@link note} is told of that many. Rejects with the signal's reason, or with {@link close}. */
  wait(links: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw nodeClosed();
      signal?.throwIfAborted();
      const settle = (): void => {
        stopListening?.();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        links,
        resolve: () => (settle(), resolve()),
        reject: (reason) => (settle(), reject(reason)),
      };
      const stopListening = signal && this.#aborts.add(signal, () => waiter.reject(signal.reason));
      this.#waiters.add(waiter);
    });
  }

  /** So many links are open now. */
  note(openLinks: number): void {
    for (const waiter of this.#waiters) if (openLinks >= waiter.links) waiter.resolve();
  }

  /** Nobody need wait any more. */
  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiters) waiter.reject(nodeClosed());
  }
}
