/**
 * How what a test has started ends with the test, whichever runner runs it: everything here can be closed by
 * hand, by `await using`, or by the runner itself, whose hook is handed in.
 */

/**
 * A hook that calls back when the test is over: vitest's `onTestFinished`, `t.after` of `node:test`, or a
 * function of your own that collects what to close.
 */
export type CleanUp = (close: () => Promise<void>) => void;

export interface CleanUpOptions {
  /** Closes it when the test is over. Default: you do. */
  readonly cleanUp?: CleanUp | undefined;
}
