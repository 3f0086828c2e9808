/** What the keys about identities have to do with each other and with the rest. */
import { formatAddress } from '../../wire/address.ts';
import { ConfigError } from './config-error.ts';
import type { Config } from './config.ts';
import { describeSetting, type GivenValues } from './given-values.ts';
import type { KeyName } from './key-table.ts';

type TrustSettings = Pick<Config, 'pins' | 'requirePins' | 'allowIdentities' | 'denyIdentities'>;

const TRUST_KEYS = ['pins', 'require_pins', 'allow_identities', 'deny_identities'] as const;

/**
 * The keys about identities. Throws {@link ConfigError} with `config-conflict` where an operator who relies on one of
 * them would be let down: without TLS nobody has an identity, and a pin that is required is missing.
 */
export function trustOf(given: GivenValues, transport: Config['transport']): TrustSettings {
  const settings: TrustSettings = {
    pins: given.value('pins'),
    requirePins: given.value('require_pins'),
    allowIdentities: given.value('allow_identities'),
    denyIdentities: given.value('deny_identities'),
  };
  if (transport === 'plain') refuseWithoutTls(given);
  if (settings.requirePins) refuseUnpinned(given, settings);
  return settings;
}

function refuseWithoutTls(given: GivenValues): void {
  for (const name of TRUST_KEYS) {
    const setting = given.setting(name);
    if (setting === undefined || !saysSomething(given, name)) continue;
    refuse(
      `${describeSetting(setting)}: peers have no identities in plain; allowed: with transport = tls`,
    );
  }
}

function saysSomething(given: GivenValues, name: (typeof TRUST_KEYS)[number]): boolean {
  const value: unknown = given.value(name);
  return Array.isArray(value) ? value.length > 0 : value === true;
}

function refuseUnpinned(given: GivenValues, { pins }: TrustSettings): void {
  const pinned = new Set(pins.map(({ peer }) => formatAddress(peer)));
  const bootstrapper = given.value('bootstrapper');
  const named: [KeyName, readonly string[]][] = [
    ['bootstrapper', bootstrapper === undefined ? [] : [formatAddress(bootstrapper)]],
    ['known_peers', given.value('known_peers').map(formatAddress)],
  ];
  for (const [name, addresses] of named) {
    const missing = addresses.find((address) => !pinned.has(address));
    if (missing === undefined) continue;
    refuse(
      `${describeSetting(given.setting(name)!)}: ${missing} has no pin, and require_pins = yes; ` +
        `allowed: those with an entry ${missing}=IDENTITY in pins`,
    );
  }
}

function refuse(message: string): never {
  throw new ConfigError('config-conflict', message);
}
