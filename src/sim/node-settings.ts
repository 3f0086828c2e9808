/**
 * The settings of simulated nodes: those of docs/configuration.md for plain TCP, unless told otherwise.
 */
import { DEFAULT_BOUNDS, TLS_BOUNDS, type Bounds, type Settings } from '../core/settings.ts';
import type { Address } from '../wire/address.ts';
import { identityFor } from './keys.ts';

/** What differs from the defaults; `bounds` may name single ones too. */
export type SettingsOverrides = Partial<Omit<Settings, 'bounds'>> & {
  readonly bounds?: Partial<Bounds>;
};

/**
 * Complete settings for a node that listens on `listenAddress`. Later overrides win. Of `degree`,
 * `minConnections` and `maxConnections` those that nobody sets follow from the others, as in the
 * configuration file.
 */
export function nodeSettings(
  listenAddress: Address,
  ...overrides: readonly (SettingsOverrides | undefined)[]
): Settings {
  const given: SettingsOverrides = Object.assign({}, ...overrides);
  return {
    searchCooldown: 60_000,
    challengeCooldown: 0,
    knownPeers: [],
    bootstrapper: undefined,
    listenAddress,
    advertisedPort: given.listenAddress?.port ?? listenAddress.port,
    ownServices: [],
    proofOfWork: 'connection',
    powDifficulty: 24,
    relay: 'all',
    extension: true,
    cacheSize: 1_000,
    historyWindow: 300_000,
    validationTimeout: 60_000,
    seenWindow: 600_000,
    types: NO_TYPES,
    ...given,
    ...connectionCounts(given),
    bounds: boundsOf(overrides),
  };
}

const NO_TYPES: Settings['types'] = new Map();

/** What differs from plain TCP for a node that has a key. */
export function securedSettings(seed: number, node: number): SettingsOverrides {
  return { ownIdentity: identityFor(seed, node), powDifficulty: 20, bounds: TLS_BOUNDS };
}

/** The same object for all that differ in nothing: it has many fields, and a simulation many nodes. */
function boundsOf(overrides: readonly (SettingsOverrides | undefined)[]): Bounds {
  const given = overrides.map((one) => one?.bounds).filter((bounds) => bounds !== undefined);
  return given.length === 0 ? DEFAULT_BOUNDS : Object.assign({}, DEFAULT_BOUNDS, ...given);
}

function connectionCounts(
  given: SettingsOverrides,
): Pick<Settings, 'degree' | 'minConnections' | 'maxConnections'> {
  const maxConnections =
    given.maxConnections ?? Math.max(32, given.minConnections ?? 0, given.degree ?? 0);
  const minConnections =
    given.minConnections ?? Math.min(Math.max(8, given.degree ?? 0), maxConnections);
  const degree = given.degree ?? Math.min(8, minConnections);
  return { degree, minConnections, maxConnections };
}
