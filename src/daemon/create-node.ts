/**
 * Embeds a node: starts one, and makes it the program's own.
 */
import { ConfigError, type Config } from './config/config.ts';
import { START_ERROR_CODES, startDaemon } from './daemon.ts';
import { EmbeddedNode, formatApiAddress } from './embedded-node.ts';
import { Mailbox } from './embedding/mailbox.ts';
import { NodeError } from './embedding/node-error.ts';
import { PostedLog } from './embedding/node-log.ts';
import type { HearsayNode } from './hearsay-node.ts';
import type { ListenKey } from './listening.ts';
import type { NodeOptions } from './node-options.ts';
import { inOptions, readNodeOptions } from './read-node-options.ts';

/**
 * Starts a node in this process and resolves once it listens; links to peers come later, see
 * {@link HearsayNode.whenConnected}.
 *
 * Rejects with a NodeError: `bad-option`; `listen` if an address cannot be had; `key-file`, `state-dir`,
 * `descriptors`. With the reason of `signal` if that fires before. Nothing is left open then.
 */
export async function createNode(options: NodeOptions = {}): Promise<HearsayNode> {
  const { config, hasApi, warnings } = readNodeOptions(options);
  const { signal } = options;
  signal?.throwIfAborted();
  const mailbox = new Mailbox();
  const log = new PostedLog(options.log, mailbox);
  for (const warning of warnings) log.warn({}, warning);
  let node: EmbeddedNode | undefined;
  const daemon = await startDaemon({
    config,
    hasApi,
    remembers: true,
    log,
    onEvent: (event) => node?.onEvent(event),
    nameSetting: (key) => describeListenSetting(key, config),
  }).catch((error: unknown) => {
    throw asNodeError(error);
  });
  node = new EmbeddedNode({ daemon, config, mailbox, log, signal });
  if (signal?.aborted === true) {
    await node.close();
    throw signal.reason;
  }
  return node;
}

function asNodeError(error: unknown): unknown {
  if (!(error instanceof ConfigError)) return error;
  const code = START_ERROR_CODES.find((known) => known === error.code);
  return code === undefined ? error : new NodeError(code, inOptions(error.message), error);
}

/** `p2pAddress 127.0.0.1:6001`: the option and its value. */
function describeListenSetting(key: ListenKey, { p2pAddress, apiAddress }: Config): string {
  const address = key === 'p2p_address' ? { kind: 'tcp' as const, ...p2pAddress } : apiAddress;
  return `${inOptions(key)} ${formatApiAddress(address)}`;
}
