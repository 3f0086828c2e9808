/**
 * Asks a validator, whatever it does: it may answer at once or later, throw, or return nonsense. Each of these
 * ends in exactly one verdict, and a failure never goes further than here.
 */
import { shown } from './limits.ts';
import { NodeError } from './node-error.ts';
import type { ReceivedNotification } from './received-notification.ts';
import type { Handler, Validator, Verdict } from './verdict.ts';

type OnFailure = (received: ReceivedNotification, error: unknown) => void;

/** `onFailure` is told what the validator threw, or of the `bad-verdict` that it returned. */
export function runValidator(
  validator: Validator,
  received: ReceivedNotification,
  onFailure: OnFailure,
): void {
  const fail = (error: unknown): void => {
    received.ignore();
    onFailure(received, error);
  };
  const settle = (outcome: unknown): void => {
    const verdict = VERDICTS.get(outcome);
    if (verdict === undefined) fail(badVerdict(outcome));
    else received[verdict]();
  };
  call(() => validator(received, received), received, settle, fail);
}

/** Accepts what has arrived, unseen, and hands it over. `onFailure` is told what the handler threw. */
export function runHandler(
  handler: Handler,
  received: ReceivedNotification,
  onFailure: OnFailure,
): void {
  received.accept();
  const fail = (error: unknown): void => onFailure(received, error);
  call(
    () => handler(received),
    received,
    () => {},
    fail,
  );
}

function call(
  code: () => unknown,
  received: ReceivedNotification,
  settle: (outcome: unknown) => void,
  fail: (error: unknown) => void,
): void {
  received.take();
  let outcome: unknown;
  try {
    outcome = code();
  } catch (error) {
    fail(error);
    return;
  }
  if (typeof outcome === 'object' && outcome !== null) Promise.resolve(outcome).then(settle, fail);
  else settle(outcome);
}

const VERDICTS: ReadonlyMap<unknown, Verdict> = new Map<unknown, Verdict>([
  ['accept', 'accept'],
  ['reject', 'reject'],
  ['ignore', 'ignore'],
  [true, 'accept'],
  [false, 'reject'],
]);

function badVerdict(outcome: unknown): NodeError {
  const rule =
    "a validator returns 'accept', 'reject', 'ignore', true or false, or a promise of one";
  return new NodeError('bad-verdict', `${rule}, not ${shown(outcome)}`);
}
