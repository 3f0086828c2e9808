/**
 * A validator at the gate for signed data: it knows who may send, and what was sent before.
 *
 * What is cheap is checked first, so that most junk costs no look at a signature. Nothing is remembered of a
 * message before its signature has proved right.
 */
import { ClientError } from '../client-error.ts';
import { badOption, checkFunction, checkOptions, checkWhole } from '../options.ts';
import type { Verdict } from '../received.ts';
import {
  readVerdict,
  type Judged,
  type ValidationContext,
  type Validator,
  type ValidatorAnswer,
} from '../validator.ts';
import { readEnvelope } from './envelope.ts';
import { readPublicKey, type PublicKey } from './keys.ts';
import { Senders } from './senders.ts';
import {
  expiryProblem,
  messageOf,
  readTimes,
  signatureProblem,
  SIGNED_PROBLEMS,
  type SignedMessage,
  type SignedProblem,
  type SignedResult,
  type Times,
  VERIFY_OPTIONS,
  type VerifyOptions,
} from './verify.ts';

export interface VerifierOptions extends VerifyOptions {
  /** The senders that may speak, none to 65,536 of them. Default: anybody who signs. */
  readonly allowedKeys?: readonly PublicKey[] | undefined;
  /** Sequence numbers remembered of each sender, 1 … 65,536, 8 bytes each. Default 1,024. */
  readonly windowMax?: number | undefined;
  /**
   * Senders remembered without `allowedKeys`, 1 … 1,048,576. Default 4,096 (with full windows 32 MiB). Beyond
   * them the one that was silent longest is forgotten, and its messages that have not expired are new again.
   */
  readonly sendersMax?: number | undefined;
  /** Another verdict than 'reject' for a problem, such as `{ stranger: 'accept' }`. */
  readonly verdicts?: { readonly [Problem in SignedProblem]?: Verdict } | undefined;
  /** Is told of every problem. */
  readonly onProblem?: ((problem: SignedProblem, judged: Judged) => void) | undefined;
}

/** Judges signed data that is all right. */
export type SignedValidator = (
  message: SignedMessage,
  context: ValidationContext,
) => ValidatorAnswer | PromiseLike<ValidatorAnswer>;

const OWN_OPTIONS = ['allowedKeys', 'windowMax', 'sendersMax', 'verdicts', 'onProblem'];
const ALLOWED_KEYS_MAX = 65_536;
const WINDOW_MAX = 1_024;
const SENDERS_MAX = 4_096;

/**
 * A validator for `client.serve()` that rejects what is not rightly signed, and hands the rest to `validator`,
 * or accepts it if there is none. It remembers what it has seen, so use one for each client.
 *
 * @throws ClientError `bad-option`, `bad-key`, `bad-validator`.
 */
export function verifier(options: VerifierOptions = {}, validator?: SignedValidator): Validator {
  checkOptions('verifier()', options, [...VERIFY_OPTIONS, ...OWN_OPTIONS]);
  if (validator !== undefined && typeof validator !== 'function') {
    throw new ClientError('bad-validator', 'the second argument of verifier() is a function');
  }
  const { verdicts = {}, onProblem } = options;
  checkVerdicts(verdicts);
  checkFunction('onProblem', onProblem);
  const times = readTimes(options);
  const senders = readSenders(options);
  return (judged, context) => {
    const result = check(judged, times, senders);
    if (result.ok) return validator === undefined ? 'accept' : validator(result.message, context);
    onProblem?.(result.problem, judged);
    return verdicts[result.problem] ?? 'reject';
  };
}

function check({ dataType, data }: Judged, times: Times, senders: Senders): SignedResult {
  const envelope = readEnvelope(data);
  if (typeof envelope === 'string') return { ok: false, problem: envelope };
  const late = expiryProblem(envelope, times);
  if (late !== undefined) return { ok: false, problem: late };
  const sender = senders.find(envelope.publicKey);
  if (sender === undefined) return { ok: false, problem: 'stranger' };
  const used = sender.used.judge(envelope.sequence);
  if (used !== 'new') return { ok: false, problem: used };
  const wrong = signatureProblem(dataType, data, envelope, sender.key);
  if (wrong !== undefined) return { ok: false, problem: wrong };
  senders.heard(envelope.publicKey, sender, envelope.sequence);
  return { ok: true, message: messageOf(dataType, envelope) };
}

function readSenders(options: VerifierOptions): Senders {
  const { allowedKeys, windowMax = WINDOW_MAX, sendersMax = SENDERS_MAX } = options;
  checkWhole('windowMax', windowMax, 1, 65_536);
  checkWhole('sendersMax', sendersMax, 1, 1_048_576);
  const isList = Array.isArray(allowedKeys) && allowedKeys.length <= ALLOWED_KEYS_MAX;
  if (allowedKeys !== undefined && !isList) {
    throw badOption('allowedKeys', `a list of at most ${ALLOWED_KEYS_MAX} keys`, allowedKeys);
  }
  return new Senders(allowedKeys?.map(readPublicKey), { windowMax, othersMax: sendersMax });
}

function checkVerdicts(verdicts: object): void {
  checkOptions('verdicts', verdicts, SIGNED_PROBLEMS);
  for (const verdict of Object.values(verdicts)) readVerdict(verdict);
}
