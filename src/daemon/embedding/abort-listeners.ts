/**
 * Many callbacks at one signal. Node prints a warning when a signal has more than ten listeners; one signal for
 * a hundred subscriptions, or nodes, is no leak, and an embedded node prints nothing. So there is one listener
 * for all callbacks, and it stands at a signal that follows the program's own.
 */
export class AbortListeners {
  readonly #followers = new Map<AbortSignal, Follower>();

  /** Calls back once if `signal` fires, unless the function that is returned was called before. */
  add(signal: AbortSignal, callback: () => void): () => void {
    const follower = this.#followers.get(signal) ?? this.#follow(signal);
    follower.callbacks.add(callback);
    return () => {
      if (follower.callbacks.delete(callback) && follower.callbacks.size === 0) {
        this.#forget(signal, follower);
      }
    };
  }

  #follow(signal: AbortSignal): Follower {
    const follower: Follower = {
      signal: AbortSignal.any([signal]),
      callbacks: new Set(),
      onAbort: () => {
        this.#forget(signal, follower);
        for (const callback of follower.callbacks) callback();
      },
    };
    this.#followers.set(signal, follower);
    follower.signal.addEventListener('abort', follower.onAbort);
    return follower;
  }

  #forget(signal: AbortSignal, follower: Follower): void {
    this.#followers.delete(signal);
    follower.signal.removeEventListener('abort', follower.onAbort);
  }
}

interface Follower {
  readonly signal: AbortSignal;
  readonly callbacks: Set<() => void>;
  readonly onAbort: () => void;
}
