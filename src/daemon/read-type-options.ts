/**
 * What a program says about single data types (`types` of `createNode`), as profiles. As with the other options
 * there is no second table of bounds: values are read by the keys of the configuration.
 */
import type { TypeProfile } from '../core/settings.ts';
import {
  TYPE_KEYS,
  typeProfile,
  type Config,
  type TypeKeyName,
  type TypeValues,
} from './config/config.ts';
import { badOption, checkMillis, checkOptions } from './embedding/limits.ts';
import { NodeError } from './embedding/node-error.ts';
import type { TypeOptions } from './node-options.ts';

/** The options of one type, and the key that each is. */
const KEY_OF: Readonly<Record<keyof TypeOptions, TypeKeyName>> = {
  degree: 'degree',
  lazyThreshold: 'lazy_threshold',
  rateLimit: 'rate_limit',
  rateBurst: 'rate_burst',
  historyWindowMillis: 'history_window',
};
const OPTION_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(KEY_OF).map(([option, key]) => [key, option]),
);
const NAMES_PATTERN = new RegExp(`\\b(${[...OPTION_OF.keys()].join('|')})\\b`, 'g');
const TYPES_ALLOWED =
  'an object that has data types, 0 to 65535, as its names, and objects as values';

/** @throws NodeError `bad-option`, which names type, option, value and what is allowed. */
export function readTypeOptions(
  types: unknown,
  node: Pick<Config, 'maxConnections' | 'historyWindow'>,
): Config['types'] {
  if (types === undefined) return new Map();
  if (typeof types !== 'object' || types === null) throw badOption('types', types, TYPES_ALLOWED);
  return new Map(
    Object.entries(types)
      .filter(([, options]) => options !== undefined)
      .map(([name, options]): [number, TypeProfile] => [
        dataTypeOf(name),
        read(name, options, node),
      ])
      .toSorted(([a], [b]) => a - b),
  );
}

function dataTypeOf(name: string): number {
  // One way of writing each number, as JavaScript itself writes it.
  if (/^(0|[1-9][0-9]{0,4})$/.test(name) && Number(name) <= 65_535) return Number(name);
  throw badOption('types', { [name]: {} }, TYPES_ALLOWED);
}

function read(
  dataType: string,
  options: unknown,
  node: Pick<Config, 'maxConnections' | 'historyWindow'>,
): TypeProfile {
  const of = `types[${dataType}]`;
  checkOptions(of, options, Object.keys(KEY_OF));
  const given = new Map<string, unknown>(Object.entries(options as object));
  const values: Partial<Record<TypeKeyName, unknown>> = {};
  for (const [option, key] of Object.entries(KEY_OF)) {
    const value = given.get(option);
    if (value !== undefined) values[key] = readValue(`${of}.${option}`, key, value);
  }
  // Proof of the cast: each value was made by its key's own reader, or is a time as that makes it.
  return typeProfile(values as TypeValues, node, (key, problem, allowed) =>
    refuse(
      `${of}.${OPTION_OF.get(key)} ${String(given.get(OPTION_OF.get(key)!))}`,
      problem,
      allowed,
    ),
  );
}

function readValue(name: string, key: TypeKeyName, value: unknown): unknown {
  if (key === 'history_window') return checkMillis(name, value, { min: 1 });
  if (typeof value !== 'number') throw badOption(name, value, 'a number');
  const { reader } = TYPE_KEYS[key];
  const reading = reader.read(String(value), '');
  return reading.kind === 'value'
    ? reading.value
    : refuse(`${name} ${String(value)}`, reading.problem, reader.allowed);
}

function refuse(what: string, problem: string, allowed: string): never {
  const texts = `${problem}; allowed: ${allowed}`
    .replaceAll(NAMES_PATTERN, (key) => OPTION_OF.get(key) ?? key)
    .replaceAll('max_connections', 'maxConnections');
  throw new NodeError('bad-option', `${what}: ${texts}`);
}
