/**
 * The outcome of reading one value. A bad value is no exception here: only the caller knows in which line
 * or flag it stands, and makes the error of it.
 */
export type Reading<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  /** What is wrong, without the value itself and without what is allowed. */
  | { readonly kind: 'problem'; readonly problem: string };

export function value<Value>(read: Value): Reading<Value> {
  return { kind: 'value', value: read };
}

export function problem<Value>(what: string): Reading<Value> {
  return { kind: 'problem', problem: what };
}
