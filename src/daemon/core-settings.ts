/** From what the operator configured to what the core is told. */
import { networkInterfaces } from 'node:os';
import type { PeerIdentity, Settings } from '../core/settings.ts';
import { canonicalHost, isWildcard, type Address } from '../wire/address.ts';
import type { Config } from './config/config.ts';
import { coreBounds } from './limits.ts';

export interface OwnPlace {
  /** The address for peers that was really taken. */
  readonly listenAddress: Address;
  /** What else this process listens on. */
  readonly ownServices: readonly Address[];
  /** Undefined in plain. */
  readonly ownIdentity: PeerIdentity | undefined;
}

export function coreSettings(
  config: Config,
  { listenAddress, ownServices, ownIdentity }: OwnPlace,
): Settings {
  return {
    degree: config.degree,
    minConnections: config.minConnections,
    maxConnections: config.maxConnections,
    searchCooldown: config.searchCooldown,
    challengeCooldown: config.challengeCooldown,
    knownPeers: config.knownPeers,
    bootstrapper: config.bootstrapper,
    listenAddress,
    advertisedPort: config.advertisePort ?? listenAddress.port,
    ownServices: [...ownServices, ...interfaceAddresses(listenAddress)],
    proofOfWork: config.proofOfWork,
    powDifficulty: config.powDifficulty,
    relay: config.relay,
    extension: config.extension,
    cacheSize: config.cacheSize,
    historyWindow: config.historyWindow,
    validationTimeout: config.validationTimeout,
    seenWindow: config.seenWindow,
    types: config.types,
    ownIdentity,
    bounds: coreBounds(config),
  };
}

/** The addresses of this machine at which a node that listens on all of them is reached. */
function interfaceAddresses({ host, port }: Address): readonly Address[] {
  if (!isWildcard(host)) return [];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ address }) => canonicalHost(address) ?? [])
    .map((own) => ({ host: own, port }));
}
