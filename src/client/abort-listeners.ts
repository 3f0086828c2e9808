/**
 * Many callbacks at one signal, with one listener: Node warns of a leak when a signal has more than ten, and
 * one signal for a thousand announcements is no leak.
 */
export class AbortListeners {
  readonly #callbacks = new Map<AbortSignal, Set<() => void>>();

  /** Calls back once if `signal` fires, unless the function that is returned was called before. */
  add(signal: AbortSignal, callback: () => void): () => void {
    const callbacks = this.#callbacks.get(signal) ?? this.#listen(signal);
    callbacks.add(callback);
    return () => {
      if (callbacks.delete(callback) && callbacks.size === 0) this.#forget(signal);
    };
  }

  #listen(signal: AbortSignal): Set<() => void> {
    const callbacks = new Set<() => void>();
    this.#callbacks.set(signal, callbacks);
    signal.addEventListener('abort', this.#onAbort);
    return callbacks;
  }

  #forget(signal: AbortSignal): void {
    this.#callbacks.delete(signal);
    signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = ({ target }: Event): void => {
    // Proof of the cast: this listens at signals only.
    const signal = target as AbortSignal;
    const callbacks = this.#callbacks.get(signal) ?? [];
    this.#forget(signal);
    for (const callback of callbacks) callback();
  };
}
