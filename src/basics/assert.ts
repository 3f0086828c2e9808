/**
 * Assertions guard what *we* promise each other. They never judge input: what a peer, a client or an
 * operator sends is answered with a violation, a refusal or a configuration error instead.
 */

/** A broken promise inside this program. Nobody's input can cause one; if it happens, it is our defect. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws {@link AssertionError} with `message` unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Makes a `switch` exhaustive: the compiler refuses the call while a case is missing. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected value: ${JSON.stringify(value)}`);
}
