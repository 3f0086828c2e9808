/**
 * From a file and flags to a configuration. A flag wins over the file, which wins over the defaults; still
 * every value that stands anywhere must be good, because a line that is wrong today is only waiting for the
 * flag to be left out.
 */
import { dirname, resolve } from 'node:path';
import { assert } from '../../basics/assert.ts';
import { ConfigError } from './config-error.ts';
import { readConfigFile } from './config-file.ts';
import { ConfigWarnings } from './config-warnings.ts';
import type { Config } from './config.ts';
import {
  connectionCounts,
  defaultDifficulty,
  defaultStateDir,
  type Environment,
} from './derived-defaults.ts';
import { describeSetting, GivenValues, type Setting } from './given-values.ts';
import {
  GLOBAL_SECTION,
  GOSSIP_SECTION,
  HOSTKEY,
  LIMITS_SECTION,
  parseIni,
  type IniEntry,
  type IniSection,
} from './ini.ts';
import { CONFIG_KEYS, GOSSIP_NAMES } from './keys.ts';
import { isLimit, LIMIT_KEYS, type Limits } from './limit-keys.ts';
import { readTableSection } from './table-section.ts';
import { trustOf } from './trust-settings.ts';
import { isTypeSection, TypeSections } from './type-sections.ts';

export interface LoadOptions {
  /** Path of an INI file in UTF-8. Default: none is read. */
  readonly file?: string | undefined;
  /** Values by key name (`p2p_address`), as they stand on the command line. Default none. */
  readonly flags?: ReadonlyMap<string, string> | undefined;
  /** Where `XDG_STATE_HOME` and `HOME` are looked up. Default `process.env`. */
  readonly env?: Environment | undefined;
}

/** Who decided on a value. */
export type Source = 'default' | 'file' | 'flag';

export interface LoadedConfig {
  readonly config: Config;
  /** What is allowed but probably not meant, one line each. */
  readonly warnings: readonly string[];
  /** Who set each key, by key name; all keys are in it. */
  readonly sources: ReadonlyMap<string, Source>;
  /** How to name each key that was set, with its place: `node.ini:3 p2p_address = …`. */
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * Reads and checks a whole configuration. Relative paths start at the directory of the file they stand in,
 * those in flags at the working directory. Throws {@link ConfigError} on the first thing that is wrong.
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const given = new GivenValues();
  const warnings = new ConfigWarnings();
  const file = options.file === undefined ? undefined : addFile(given, options.file, warnings);
  if (options.flags !== undefined) addFlags(given, options.flags);
  const node = complete(given, options.file, options.env ?? process.env);
  const config = {
    ...node,
    types: file?.types.profiles(node) ?? NO_TYPES,
    limits: file?.limits ?? {},
  };
  warnings.values(config, given);
  const sources = new Map<string, Source>(
    CONFIG_KEYS.map(({ name }) => [name, given.setting(name)?.place.kind ?? 'default']),
  );
  const settings = new Map<string, string>();
  for (const { name } of CONFIG_KEYS) {
    const setting = given.setting(name);
    if (setting !== undefined) settings.set(name, describeSetting(setting));
  }
  return { config, warnings: warnings.lines(), sources, settings };
}

/** What a node gets of which nothing is set. */
export function defaultConfig(): Config {
  return loadConfig().config;
}

const NO_TYPES: Config['types'] = new Map();

/** What the sections of a file say that have tables of their own. */
interface FileSections {
  readonly types: TypeSections;
  readonly limits: Limits;
}

function addFile(given: GivenValues, file: string, warnings: ConfigWarnings): FileSections {
  const sections = parseIni(readConfigFile(file), file);
  const base = dirname(resolve(file));
  const hostkey = sections.get(GLOBAL_SECTION)?.entries.get(HOSTKEY);
  if (hostkey !== undefined) given.set(HOSTKEY, settingOf(hostkey, file), base);
  if (!sections.has(GOSSIP_SECTION)) warnings.noSection(file);
  const types = new TypeSections(file, warnings);
  let limits: Limits = {};
  for (const [name, section] of sections) {
    if (isTypeSection(name)) types.add(name, section);
    else if (name === LIMITS_SECTION) limits = readLimits(section, file, warnings);
    else if (name !== GLOBAL_SECTION) {
      for (const entry of section.entries.values()) {
        if (name === GOSSIP_SECTION) addEntry(given, entry, file, base, warnings);
        else warnings.unknownKey(entry, name, file);
      }
    }
  }
  return { types, limits };
}

function readLimits(section: IniSection, file: string, warnings: ConfigWarnings): Limits {
  const { values } = readTableSection(section, {
    file,
    isKey: isLimit,
    readerOf: (name) => LIMIT_KEYS[name].reader,
    onUnknown: (entry) => warnings.unknownLimit(entry, file),
  });
  // Proof of the cast: all readers of the table make numbers.
  return values as Limits;
}

function addEntry(
  given: GivenValues,
  entry: IniEntry,
  file: string,
  base: string,
  warnings: ConfigWarnings,
): void {
  const name = GOSSIP_NAMES.get(entry.key);
  if (name === undefined) {
    warnings.unknownKey(entry, GOSSIP_SECTION, file);
    return;
  }
  const setting = settingOf(entry, file);
  const earlier = given.setting(name);
  if (earlier?.place.kind === 'file') {
    throw new ConfigError(
      'config-duplicate',
      `${describeSetting(setting)}: ${earlier.written}, which is the same key, is set in line ` +
        `${earlier.place.line} already; a key may be given once`,
    );
  }
  given.set(name, setting, base);
}

function settingOf(entry: IniEntry, file: string): Setting {
  const place = { kind: 'file', file, line: entry.line } as const;
  return { written: entry.key, text: entry.value, place };
}

function addFlags(given: GivenValues, flags: ReadonlyMap<string, string>): void {
  for (const [written, text] of flags) {
    const key = CONFIG_KEYS.find(({ name }) => name === written);
    assert(key !== undefined, `no such key: ${written}`);
    given.set(key.name, { written, text: text.trim(), place: { kind: 'flag' } }, '');
  }
}

function complete(
  given: GivenValues,
  file: string | undefined,
  environment: Environment,
): Omit<Config, 'types' | 'limits'> {
  const p2pAddress = given.value('p2p_address');
  const transport = given.value('transport');
  return {
    ...connectionCounts(given),
    cacheSize: given.value('cache_size'),
    searchCooldown: given.value('search_cooldown'),
    challengeCooldown: given.value('challenge_cooldown'),
    bootstrapper: given.value('bootstrapper'),
    p2pAddress,
    apiAddress: given.value('api_address'),
    advertisePort: given.value('advertise_port'),
    knownPeers: given.value('known_peers'),
    proofOfWork: given.value('proof_of_work'),
    powDifficulty: given.given('pow_difficulty') ?? defaultDifficulty(transport),
    extension: given.value('extension'),
    historyWindow: given.value('history_window'),
    relay: given.value('relay'),
    validationTimeout: given.value('validation_timeout'),
    seenWindow: given.value('seen_window'),
    transport,
    network: given.value('network'),
    ...trustOf(given, transport),
    stateDir:
      given.setting('state_dir') === undefined
        ? defaultStateDir(file, p2pAddress, environment)
        : given.given('state_dir'),
    adminAddress: given.value('admin_address'),
    hostkey: given.value('hostkey'),
    logLevel: given.value('log_level'),
  };
}
