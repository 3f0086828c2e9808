/**
 * What a node has before it opens a door: its state directory, which no other node uses meanwhile, and its key.
 *
 * A directory that another node uses, or in which the key cannot be kept as a secret, stops the start. One that is
 * only to remember things, and cannot, does not: existing nodes run where they may not write.
 */
import { join } from 'node:path';
import { ConfigError, type Config } from './config/config.ts';
import { KeyFileError } from './identity/key-file.ts';
import { storedIdentity, temporaryIdentity, type NodeIdentity } from './identity/node-identity.ts';
import { ensurePrivateDirectory, StateError, StateInUseError } from './store/private-directory.ts';
import { StateLock } from './store/state-lock.ts';

/** The file with the key in a state directory. */
export const IDENTITY_FILE = 'identity.pem';

export interface OwnState {
  /** Undefined in plain. */
  readonly identity: NodeIdentity | undefined;
  /** Undefined: the node keeps nothing. */
  readonly directory: string | undefined;
  /** Lets others have the directory. To be called once nothing is written any more. */
  readonly release: () => void;
}

type StateSettings = Pick<Config, 'stateDir' | 'hostkey' | 'transport'>;

/**
 * `remembers`: whether the directory of the configuration is used. `warn` is told why nothing is remembered. Throws a
 * {@link ConfigError}: `key-file`, `state-dir`.
 */
export function takeOwnState(
  config: StateSettings,
  remembers: boolean,
  warn: (message: string) => void,
): OwnState {
  const wanted = remembers ? config.stateDir : undefined;
  const release = wanted === undefined ? () => {} : lockDirectory(wanted, config, warn);
  const directory = release === undefined ? undefined : wanted;
  try {
    const identity = config.transport === 'tls' ? ownIdentity(config, directory) : undefined;
    return { identity, directory, release: release ?? (() => {}) };
  } catch (error) {
    release?.();
    throw error;
  }
}

/** The identity of a node that would be started so; makes it if need be. Throws as {@link takeOwnState}. */
export function ownIdentity(
  { hostkey }: Pick<Config, 'hostkey'>,
  directory: string | undefined,
): NodeIdentity {
  return asConfigError(() => {
    if (hostkey !== undefined) return storedIdentity(hostkey);
    if (directory === undefined) return temporaryIdentity();
    ensurePrivateDirectory(directory);
    return storedIdentity(join(directory, IDENTITY_FILE));
  });
}

/** Undefined: it cannot be used, and need not be. */
function lockDirectory(
  directory: string,
  { transport, hostkey }: StateSettings,
  warn: (message: string) => void,
): (() => void) | undefined {
  const needsKey = transport === 'tls' && hostkey === undefined;
  return asConfigError(() => {
    try {
      ensurePrivateDirectory(directory);
      const lock = StateLock.take(directory);
      return () => lock.release();
    } catch (error) {
      const isNeedless = error instanceof StateError && !(error instanceof StateInUseError);
      if (!isNeedless || needsKey) throw error;
      warn(`${error.message}; until then nothing is remembered across restarts`);
      return undefined;
    }
  });
}

function asConfigError<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof KeyFileError) throw new ConfigError('key-file', error.message);
    if (error instanceof StateError) throw new ConfigError('state-dir', error.message);
    throw error;
  }
}
