/**
 * Whether the links that the operator wants fit into the file descriptors that the system gives this process. Without
 * it a node finds out when connections are closed unseen.
 */
import { readFileSync } from 'node:fs';
import { ConfigError, type Config } from './config/config.ts';

/** For handshakes, clients, files and what Node needs itself (some 25). */
export const RESERVED_DESCRIPTORS = 64;

export interface FittedConfig {
  readonly config: Config;
  /** One line, if fewer links are possible than were asked for. */
  readonly warning: string | undefined;
}

/**
 * The configuration with as many links as fit; `limit`: descriptors of this process, undefined if unknown. Throws a
 * {@link ConfigError} with the code `descriptors` if not even `min_connections` links fit.
 */
export function fitToDescriptors(
  config: Config,
  limit: number | undefined = descriptorLimit(),
): FittedConfig {
  const { minConnections, maxConnections } = config;
  const room = limit === undefined ? maxConnections : limit - RESERVED_DESCRIPTORS;
  if (room >= maxConnections) return { config, warning: undefined };
  const problem = `${String(limit)} file descriptors (ulimit -n) less ${RESERVED_DESCRIPTORS} for all else`;
  const remedy = `ulimit -n ${maxConnections + RESERVED_DESCRIPTORS} makes room for all`;
  if (room < Math.max(2, minConnections)) {
    throw new ConfigError(
      'descriptors',
      `min_connections = ${minConnections}: more links than fit into ${problem}; ${remedy}`,
    );
  }
  return {
    config: { ...config, maxConnections: room },
    warning: `max_connections = ${maxConnections}: ${room} at most fit into ${problem}; ${remedy}`,
  };
}

/** The soft limit, which Node has raised to the hard one by now; undefined where the system does not tell. */
function descriptorLimit(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
