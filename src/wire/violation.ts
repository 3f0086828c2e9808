/**
 * What a peer or a client did wrong, as a value: the link or connection is closed, the reason logged, and
 * the node goes on. Codes are stable and listed in docs/errors.md.
 */
export interface Violation {
  readonly kind: 'violation';
  readonly code: ViolationCode;
  /** One sentence for the log: what was received and what would have been right. */
  readonly reason: string;
}

export const VIOLATION_CODES = [
  'bad-size',
  'unknown-type',
  'wrong-port',
  'bad-utf8',
  'wrong-state',
  'wrong-proof',
  'challenge-expired',
  'channel-binding',
  'too-many-challenges',
  'offer-not-asked-for',
  'wrong-offer-challenge',
  'frame-timeout',
  'bad-list',
] as const;

export type ViolationCode = (typeof VIOLATION_CODES)[number];

export function violation(code: ViolationCode, reason: string): Violation {
  return { kind: 'violation', code, reason };
}

const CODES: ReadonlySet<string> = new Set(VIOLATION_CODES);

/** Whether a code is one of those of violations. */
export function isViolation(code: string): code is ViolationCode {
  return CODES.has(code);
}
