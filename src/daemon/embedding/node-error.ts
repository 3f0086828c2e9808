/**
 * What a program that embeds a node can do wrong, or run into, each with a stable code. The message is one
 * sentence and says what to do; the `cause`, where there is one, is the error underneath.
 */

/** All codes; docs/library.md says what they mean. Those that the client library has too mean the same. */
export const NODE_ERROR_CODES = [
  'bad-option',
  'listen',
  'key-file',
  'state-dir',
  'descriptors',
  'bad-type',
  'bad-ttl',
  'bad-data',
  'data-too-large',
  'bad-validator',
  'bad-verdict',
  'too-many-pending',
  'too-many-subscriptions',
  'no-peers',
  'closed',
] as const;

export type NodeErrorCode = (typeof NODE_ERROR_CODES)[number];

/** Thrown, or given as rejection, by `createNode` and everything that it returns. */
export class NodeError extends Error {
  override readonly name = 'NodeError';
  /** Stable; {@link NODE_ERROR_CODES} has them all. */
  readonly code: NodeErrorCode;

  constructor(code: NodeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What everything answers after `close()`. */
export function nodeClosed(): NodeError {
  return new NodeError('closed', 'this node is closed: create another one');
}
