/**
 * What is allowed in a configuration but probably not meant. Warnings never stop a node.
 */
import { closestMatch } from 'leven';
import { canonicalHost, formatAddress, scopeOf } from '../../wire/address.ts';
import { describeFile, describePlace, printable } from './config-error.ts';
import type { Config } from './config.ts';
import { describeSetting, type GivenValues } from './given-values.ts';
import { GOSSIP_SECTION, HOSTKEY, LIMITS_SECTION, type IniEntry } from './ini.ts';
import { GOSSIP_NAMES } from './keys.ts';
import { isLimit, LIMIT_NAMES } from './limit-keys.ts';
import type { ApiAddress } from './readers.ts';
import { isTypeKey, TYPE_KEY_NAMES } from './type-keys.ts';

/** More warnings than anybody reads; further ones are counted only. */
const WARNINGS_MAX = 50;
/** Keys are compared up to this length: no key of ours is half as long, and the comparison is quadratic. */
const COMPARED_CHARACTERS_MAX = 64;

export class ConfigWarnings {
  readonly #lines: string[] = [];
  #omitted = 0;

  /** One line each, in the order in which they came up. */
  lines(): readonly string[] {
    if (this.#omitted === 0) return this.#lines;
    return [...this.#lines, `${this.#omitted} further warnings are not shown`];
  }

  /** A key in one of our sections that has no meaning there. */
  unknownKey(entry: IniEntry, section: string, file: string): void {
    this.#add(() => {
      const where = describePlace({ kind: 'file', file, line: entry.line }, entry.key, entry.value);
      const home = section === GOSSIP_SECTION ? homeOf(entry.key) : undefined;
      if (home !== undefined) return `${where}: ${home}`;
      const unused =
        section === GOSSIP_SECTION ? '' : `[${printable(section)}] is not used by this version; `;
      return `${where}: unknown key, ignored; ${unused}nearest known key: ${nearestOf([...GOSSIP_NAMES.keys()], entry.key)}`;
    });
  }

  /** A key that means nothing for a data type. */
  unknownTypeKey(entry: IniEntry, file: string): void {
    this.#unknownIn('unknown key of a data type', TYPE_KEY_NAMES, entry, file);
  }

  /** A key that limits nothing. */
  unknownLimit(entry: IniEntry, file: string): void {
    this.#unknownIn('unknown limit', LIMIT_NAMES, entry, file);
  }

  /** A file that does not have the section it is read for. */
  noSection(file: string): void {
    this.#add(
      () =>
        `${describeFile(file)}: has no section [${GOSSIP_SECTION}], so it sets none of its keys`,
    );
  }

  #unknownIn(what: string, known: readonly string[], entry: IniEntry, file: string): void {
    this.#add(() => {
      const where = describePlace({ kind: 'file', file, line: entry.line }, entry.key, entry.value);
      const home = homeOf(entry.key);
      if (home !== undefined) return `${where}: ${home}`;
      return `${where}: ${what}, ignored; nearest known key: ${nearestOf(known, entry.key)}`;
    });
  }

  /** Values that open a door. */
  values(config: Config, given: GivenValues): void {
    const api = given.setting('api_address');
    if (api !== undefined && !isLocal(config.apiAddress)) {
      this.#add(
        () =>
          `${describeSetting(api)}: not a loopback address or socket; whoever can connect there can ` +
          'announce and validate, for applications are not asked who they are',
      );
    }
    this.#unpinnedBootstrapper(config, given);
    this.#idlePins(config, given);
    const difficulty = given.setting('pow_difficulty');
    const asksNothing = config.powDifficulty === 0 && config.proofOfWork === 'connection';
    if (difficulty !== undefined && asksNothing) {
      this.#add(
        () => `${describeSetting(difficulty)}: any nonce is a proof, so links cost nothing`,
      );
    }
  }

  /** Whoever answers there first decides whom a new node gets to know. */
  #unpinnedBootstrapper({ transport, bootstrapper, pins }: Config, given: GivenValues): void {
    const setting = given.setting('bootstrapper');
    if (transport !== 'tls' || bootstrapper === undefined || setting === undefined) return;
    const address = formatAddress(bootstrapper);
    const isPinned = pins.some(({ peer }) => formatAddress(peer) === address);
    if (isPinned || isLocalHost(bootstrapper.host)) return;
    this.#add(
      () =>
        `${describeSetting(setting)}: has no pin, so whoever answers there is believed; its operator sees its ` +
        `identity with "hearsay identity": pins = ${address}=IDENTITY`,
    );
  }

  /** Only names that are dialled are looked up. */
  #idlePins({ pins, bootstrapper, knownPeers }: Config, given: GivenValues): void {
    const setting = given.setting('pins');
    if (setting === undefined) return;
    const dialled = new Set(
      [bootstrapper, ...knownPeers].map((peer) => peer && formatAddress(peer)),
    );
    for (const { peer } of pins) {
      const address = formatAddress(peer);
      if (canonicalHost(peer.host) !== undefined || dialled.has(address)) continue;
      this.#add(
        () =>
          `${describeSetting(setting)}: ${address} is neither bootstrapper nor one of known_peers; such a name is not ` +
          'looked up, so its pin holds nowhere: pin its IP address',
      );
    }
  }

  /** `line` is only made when it will be shown: a file may hold a hundred thousand unknown keys. */
  #add(line: () => string): void {
    if (this.#lines.length < WARNINGS_MAX) this.#lines.push(line());
    else this.#omitted++;
  }
}

/** Where a key belongs that stands in another section of ours. */
function homeOf(key: string): string | undefined {
  const places: readonly (readonly [boolean, string])[] = [
    [key === HOSTKEY, 'before any section or in [global]'],
    [isLimit(key), `in [${LIMITS_SECTION}]`],
    [GOSSIP_NAMES.has(key), `in [${GOSSIP_SECTION}]`],
    [isTypeKey(key), 'in a section [gossip.type.N]'],
  ];
  const place = places.find(([isIt]) => isIt)?.[1];
  return place === undefined ? undefined : `ignored here; ${key} stands ${place}`;
}

function nearestOf(known: readonly string[], key: string): string {
  const compared = key.slice(0, COMPARED_CHARACTERS_MAX).toLowerCase();
  return closestMatch(compared, [...known]) ?? '';
}

/** Sockets, loopback addresses, and the names that RFC 6761 reserves for them. */
function isLocal(address: ApiAddress): boolean {
  if (address.kind === 'unix') return true;
  return isLocalHost(address.host);
}

function isLocalHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || scopeOf(host) === 'loopback';
}
