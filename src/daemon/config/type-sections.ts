/**
 * The sections `[gossip.type.N]` of a file. One section for each data type, so that all that holds for a type
 * stands in one place.
 */
import type { TypeProfile } from '../../core/settings.ts';
import { ConfigError, describeLine, printable } from './config-error.ts';
import type { ConfigWarnings } from './config-warnings.ts';
import type { Config } from './config.ts';
import { describeSetting, type Setting } from './given-values.ts';
import type { IniSection } from './ini.ts';
import { readTableSection } from './table-section.ts';
import { isTypeKey, TYPE_KEYS, type TypeKeyName, type TypeValues } from './type-keys.ts';
import { typeProfile } from './type-profiles.ts';

const PREFIX = 'gossip.type';
const DATA_TYPE_MAX = 65_535;

/** Whether a section is about a data type, or means to be. */
export function isTypeSection(name: string): boolean {
  return name === PREFIX || name.startsWith(`${PREFIX}.`);
}

/** `[gossip.type.1337]`. */
export function typeSection(dataType: number): string {
  return `${PREFIX}.${dataType}`;
}

/** What the sections of a file say, by data type in the file's order. */
export class TypeSections {
  readonly #file: string;
  readonly #warnings: ConfigWarnings;
  readonly #given = new Map<number, ReadonlyMap<TypeKeyName, Setting>>();
  readonly #values = new Map<number, TypeValues>();

  constructor(file: string, warnings: ConfigWarnings) {
    this.#file = file;
    this.#warnings = warnings;
  }

  /** Throws {@link ConfigError} for a name that names no type, a second section for one, and a bad value. */
  add(name: string, section: IniSection): void {
    const [first, second] = section.headers;
    const dataType = this.#dataTypeOf(name, first!);
    if (second !== undefined) {
      const problem = `begins in line ${first} already; a data type has one section`;
      this.#fail('config-duplicate', name, second, problem);
    }
    const { given, values } = readTableSection(section, {
      file: this.#file,
      isKey: isTypeKey,
      readerOf: (key) => TYPE_KEYS[key].reader,
      onUnknown: (entry) => this.#warnings.unknownTypeKey(entry, this.#file),
    });
    this.#given.set(dataType, given);
    // Proof of the cast: each value was made by its key's own reader.
    this.#values.set(dataType, values as TypeValues);
  }

  /** The profiles, ascending. Throws {@link ConfigError} with `config-conflict` if one does not fit the node. */
  profiles(node: Pick<Config, 'maxConnections' | 'historyWindow'>): Config['types'] {
    const profiles = Array.from(this.#values, ([dataType, values]): [number, TypeProfile] => [
      dataType,
      typeProfile(values, node, (key, problem, allowed) => {
        const where = describeSetting(this.#given.get(dataType)!.get(key)!);
        throw new ConfigError('config-conflict', `${where}: ${problem}; allowed: ${allowed}`);
      }),
    ]);
    return new Map(profiles.toSorted(([a], [b]) => a - b));
  }

  #dataTypeOf(name: string, line: number): number {
    const written = name.slice(PREFIX.length + 1);
    // Only one way of writing each number, so that a type cannot have two sections.
    if (/^(0|[1-9][0-9]{0,4})$/.test(written) && Number(written) <= DATA_TYPE_MAX) {
      return Number(written);
    }
    const problem = `names no data type; allowed: [${PREFIX}.N] with N from 0 to ${DATA_TYPE_MAX}`;
    return this.#fail('config-syntax', name, line, problem);
  }

  #fail(code: string, name: string, line: number, problem: string): never {
    throw new ConfigError(
      code,
      `${describeLine(this.#file, line)} [${printable(name)}]: ${problem}`,
    );
  }
}
