/**
 * `hearsay/client`: announce, subscribe and validate through a node, your own or any other that offers the
 * application interface (messages 500 to 503); sign data and verify it.
 */
export { DEFAULT_API_ADDRESS, type ApiTarget } from './api-target.ts';
export { CLIENT_ERROR_CODES, ClientError, type ClientErrorCode } from './client-error.ts';
export type { ConnectOptions } from './client-settings.ts';
export { connect } from './connect.ts';
export type {
  AnnounceOptions,
  ClientEvents,
  HearsayClient,
  SubscribeOptions,
} from './hearsay-client.ts';
export { DATA_BYTES_MAX, DATA_TYPE_MAX, TTL_MAX } from './limits.ts';
export type { Received, Verdict } from './received.ts';
export type { ReconnectOptions, Retry } from './reconnect.ts';
export type { Service, ServiceCounts } from './service.ts';
export { SIGNED_OVERHEAD_BYTES, SIGNED_PAYLOAD_BYTES_MAX } from './signed/envelope.ts';
export type { PrivateKey, PublicKey } from './signed/keys.ts';
export {
  createSigner,
  type Signer,
  type SignerOptions,
  type SignOptions,
} from './signed/signer.ts';
export { verifier, type SignedValidator, type VerifierOptions } from './signed/verifier.ts';
export {
  SIGNED_PROBLEMS,
  verify,
  type SignedMessage,
  type SignedProblem,
  type SignedResult,
  type VerifyOptions,
} from './signed/verify.ts';
export type { Subscription } from './subscription.ts';
export type {
  Judged,
  ServeOptions,
  ValidationContext,
  Validator,
  ValidatorAnswer,
} from './validator.ts';
