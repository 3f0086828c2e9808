/**
 * The keys as others see them: what the command line and the documentation show of each, and the names
 * that a file may use.
 */
import { flagOf } from './config-error.ts';
import { KEYS, type KeyName, type KeySpec } from './key-table.ts';

/** A key as command line and documentation show it. */
export interface ConfigKey {
  /** As it stands in a file: `p2p_address`. */
  readonly name: KeyName;
  /** As it stands on the command line, without its value: `--p2p-address`. */
  readonly flag: string;
  /** What stands for the value in `--help`: `HOST:PORT`. */
  readonly placeholder: string;
  /** One line without a full stop. */
  readonly meaning: string;
  /** The default as it would be written in a file, or a few words about it. */
  readonly defaultText: string;
  /** The allowed values in a few words. */
  readonly allowed: string;
  /** What a number counts, else undefined. */
  readonly unit: string | undefined;
  /** Where the key stands in a file. */
  readonly section: 'gossip' | 'global';
}

/** All keys in the order in which they are documented. Each is also a flag. */
export const CONFIG_KEYS: readonly ConfigKey[] = keyNames().map((name) => {
  const spec: KeySpec<unknown> = KEYS[name];
  return {
    name,
    flag: flagOf(name),
    placeholder: spec.placeholder,
    meaning: spec.meaning,
    defaultText: spec.defaultText,
    allowed: spec.reader.allowed,
    unit: spec.unit,
    section: spec.section ?? 'gossip',
  };
});

/** The names that are understood in a file's `[gossip]`, older ones included, and the key each one sets. */
export const GOSSIP_NAMES: ReadonlyMap<string, KeyName> = new Map(
  keyNames().flatMap((name) => {
    const spec: KeySpec<unknown> = KEYS[name];
    if (spec.section === 'global') return [];
    return [name, ...(spec.aliases ?? [])].map((written): [string, KeyName] => [written, name]);
  }),
);

function keyNames(): readonly KeyName[] {
  // Proof of the cast: the object is ours, constant, and has no keys but those of its type.
  return Object.keys(KEYS) as KeyName[];
}
