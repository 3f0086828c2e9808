/**
 * The defaults that depend on what else was set: the three counts of links, of which any one must pull the
 * others along, the difficulty, and the state directory, which two nodes must never share by accident.
 */
import { userInfo } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { ConfigError, describeLine, flagOf } from './config-error.ts';
import type { HostPort } from './host-port.ts';
import { describeSetting, type GivenValues, type Setting } from './given-values.ts';
import { filePath } from './readers.ts';

/** Measured: docs/decisions/0013-default-connections.md has what other values cost. */
const DEGREE = 8;
const MIN_CONNECTIONS = 8;
const MAX_CONNECTIONS = 32;

export interface ConnectionCounts {
  readonly degree: number;
  readonly minConnections: number;
  readonly maxConnections: number;
}

/**
 * The three counts, those that nobody set derived from the others so that
 * degree ≤ min_connections ≤ max_connections holds. Throws {@link ConfigError} with `config-conflict` if
 * two that were set cannot go together.
 */
export function connectionCounts(given: GivenValues): ConnectionCounts {
  refuseAbove(given, 'degree', 'min_connections');
  refuseAbove(given, 'min_connections', 'max_connections');
  refuseAbove(given, 'degree', 'max_connections');
  const degree = given.given('degree');
  const min = given.given('min_connections');
  const maxConnections =
    given.given('max_connections') ?? Math.max(MAX_CONNECTIONS, degree ?? 0, min ?? 0);
  const minConnections = min ?? Math.min(Math.max(MIN_CONNECTIONS, degree ?? 1), maxConnections);
  return { degree: degree ?? Math.min(DEGREE, minConnections), minConnections, maxConnections };
}

type Count = 'degree' | 'min_connections' | 'max_connections';

function refuseAbove(given: GivenValues, lower: Count, upper: Count): void {
  const low = given.setting(lower);
  const high = given.setting(upper);
  if (low === undefined || high === undefined) return;
  if (given.value(lower) <= given.value(upper)) return;
  throw new ConfigError(
    'config-conflict',
    `${describeSetting(low)}: more than ${upper}, which is ${high.text} (${origin(high, low)}); ` +
      'allowed: degree at most min_connections, and that at most max_connections',
  );
}

/** Where `high` was set, as briefly as a message about `low` allows. */
function origin({ place, written }: Setting, low: Setting): string {
  if (place.kind === 'flag') return flagOf(written);
  return low.place.kind === 'file' ? `line ${place.line}` : describeLine(place.file, place.line);
}

/** What is looked up in the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Bits: with keys on both sides a proof cannot be passed on, so less of it does (docs/security.md). */
export function defaultDifficulty(transport: 'tls' | 'plain'): number {
  return transport === 'tls' ? 20 : 24;
}

/**
 * `NAME.state` beside `NAME.ini`; of a file with another ending the whole name is kept, so that
 * `node.1` and `node.2` do not share a directory. Without a file `hearsay/HOST_PORT` in the user's state
 * directory, or, if the port is to be any that is free, none: all such nodes would share it. Throws
 * {@link ConfigError} with `config-value` if there is none to be found.
 */
export function defaultStateDir(
  file: string | undefined,
  p2pAddress: HostPort,
  environment: Environment,
): string | undefined {
  if (file === undefined && p2pAddress.port === 0) return undefined;
  const directory =
    file === undefined
      ? join(userStateDir(environment), 'hearsay', `${p2pAddress.host}_${p2pAddress.port}`)
      : resolve(dirname(file), `${basename(file).replace(/(?<=.)\.ini$/i, '')}.state`);
  const reading = filePath.read(directory, '/');
  if (reading.kind === 'value') return reading.value;
  return refuseStateDir(reading.problem);
}

/** The XDG base directory specification: a relative path in the variable is to be ignored. */
function userStateDir(environment: Environment): string {
  const xdg = environment['XDG_STATE_HOME'];
  if (xdg !== undefined && isAbsolute(xdg)) return xdg;
  return join(userHome(environment), '.local', 'state');
}

function userHome(environment: Environment): string {
  const home = environment['HOME'];
  if (home !== undefined && isAbsolute(home)) return home;
  try {
    return userInfo().homedir;
  } catch {
    return refuseStateDir('this user has no home directory');
  }
}

function refuseStateDir(problem: string): never {
  throw new ConfigError(
    'config-value',
    `state_dir has no default: ${problem}; set state_dir in the file or ${flagOf('state_dir')}`,
  );
}
