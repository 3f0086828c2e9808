/**
 * What can go wrong between an application and its node, each with a stable code. The message is one
 * sentence and says what to do; the `cause`, where there is one, is the error of the system.
 */

/** All codes; listed with their meaning in docs/errors.md. */
export const CLIENT_ERROR_CODES = [
  'bad-address',
  'bad-type',
  'bad-ttl',
  'bad-data',
  'bad-option',
  'bad-validator',
  'bad-verdict',
  'bad-key',
  'data-too-large',
  'connection-refused',
  'connection-timeout',
  'connection-failed',
  'connection-lost',
  'not-an-api',
  'too-many-pending',
  'validator-timeout',
  'closed',
] as const;

export type ClientErrorCode = (typeof CLIENT_ERROR_CODES)[number];

/** Thrown, or given as rejection, by everything in the client library. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  /** Stable; {@link CLIENT_ERROR_CODES} has them all. */
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
