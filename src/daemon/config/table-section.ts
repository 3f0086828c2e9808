/** A section whose keys have a table of their own: `[gossip.limits]`, and the sections of data types. */
import { readSetting, type Setting } from './given-values.ts';
import type { IniEntry, IniSection } from './ini.ts';
import type { Reader } from './readers.ts';

export interface TableSection<Name extends string> {
  /** How each value was written, and where. */
  readonly given: ReadonlyMap<Name, Setting>;
  /** What each key's own reader made of it. */
  readonly values: Readonly<Partial<Record<Name, unknown>>>;
}

/** Throws {@link ConfigError} with `config-value` for a bad value; a key that is not in the table is told of. */
export function readTableSection<Name extends string>(
  { entries }: Pick<IniSection, 'entries'>,
  options: {
    readonly file: string;
    readonly isKey: (name: string) => name is Name;
    readonly readerOf: (name: Name) => Reader<unknown>;
    readonly onUnknown: (entry: IniEntry) => void;
  },
): TableSection<Name> {
  const given = new Map<Name, Setting>();
  const values: Partial<Record<Name, unknown>> = {};
  for (const entry of entries.values()) {
    const { key, value, line } = entry;
    if (!options.isKey(key)) {
      options.onUnknown(entry);
      continue;
    }
    const place = { kind: 'file', file: options.file, line } as const;
    const setting: Setting = { written: key, text: value, place };
    given.set(key, setting);
    values[key] = readSetting(setting, options.readerOf(key), '');
  }
  return { given, values };
}
