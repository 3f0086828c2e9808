/**
 * Shapes of objects: with fixed keys, with names that the user chooses, and of several kinds.
 */
import { nearest } from './scenario-error.ts';
import { refuse, type JsonSchema, type Shape } from './shape.ts';

/** One key of an object. */
export interface Key<T> {
  /** For people: unit and meaning, without a full stop. */
  readonly meaning: string;
  readonly shape: Shape<T>;
  /** `needed`: it must be there; `absent`: it may be missing and stays so. */
  readonly presence: 'needed' | 'absent' | { readonly fallback: T };
}

export function needed<T>(shape: Shape<T>, meaning: string): Key<T> {
  return { meaning, shape, presence: 'needed' };
}

/** A key that may be missing and is complete with its default. */
export function key<T>(shape: Shape<T>, fallback: T, meaning: string): Key<T> {
  return { meaning, shape, presence: { fallback } };
}

/** A key that may be missing and then means something that no value says. */
export function optional<T>(shape: Shape<T>, meaning: string): Key<T> {
  return { meaning, shape, presence: 'absent' };
}

export type Keys<T> = { readonly [K in keyof T]-?: Key<NonNullable<T[K]> | Extract<T[K], null>> };

/** What further schema keywords an object has, and keys that are allowed and not kept. */
interface ObjectExtras {
  readonly schema?: JsonSchema;
  readonly ignored?: readonly string[];
}

export function objectOf<T extends object>(keys: Keys<T>, extras: ObjectExtras = {}): Shape<T> {
  const entries = Object.entries(keys) as readonly [string, Key<unknown>][];
  const ignored = extras.ignored ?? [];
  const known = entries.map(([name]) => name);
  const allowed = `an object with ${known.join(', ')}`;
  const read = (value: unknown, path: string): T => {
    if (!isObject(value)) return refuse(path, value, 'not an object', allowed);
    for (const name of Object.keys(value)) {
      if (!known.includes(name) && !ignored.includes(name)) refuseKey(name, path, value, known);
    }
    const result: Record<string, unknown> = {};
    for (const [name, one] of entries) {
      const found = Object.hasOwn(value, name) ? value[name] : undefined;
      if (found !== undefined) result[name] = one.shape.read(found, join(path, name));
      else if (one.presence === 'needed') {
        refuse(join(path, name), undefined, 'missing', one.shape.allowed);
      } else if (one.presence !== 'absent') result[name] = one.presence.fallback;
    }
    // Every key that T demands was read or filled in just now, by the types of `keys`.
    return result as T;
  };
  return { allowed, read, schema: { ...schemaOf(entries, ignored), ...extras.schema } };
}

function schemaOf(
  entries: readonly (readonly [string, Key<unknown>])[],
  ignored: readonly string[],
): JsonSchema {
  const properties = entries.map(([name, { meaning, shape, presence }]) => {
    const fallback = typeof presence === 'string' ? {} : { default: presence.fallback };
    return [name, { description: meaning, ...shape.schema, ...fallback }] as const;
  });
  const required = entries.filter(([, one]) => one.presence === 'needed').map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries([...ignored.map((name) => [name, {}] as const), ...properties]),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function refuseKey(name: string, path: string, value: JsonObject, known: readonly string[]): never {
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : `, did you mean ${meant}?`;
  return refuse(join(path, name), value[name], `unknown key${hint}`, known.join(', '));
}

/** Objects that say in `tag` of which kind they are. */
export function kindsOf<T extends object>(
  tag: string,
  kinds: { readonly [kind: string]: Shape<T> },
): Shape<T> {
  const words = Object.keys(kinds);
  const allowed = `an object with ${tag} ${words.join(', ')}`;
  return {
    allowed,
    schema: { anyOf: Object.values(kinds).map((shape) => shape.schema) },
    read(value, path) {
      if (!isObject(value)) return refuse(path, value, 'not an object', allowed);
      const kind = value[tag];
      if (kind === undefined) return refuse(join(path, tag), kind, 'missing', words.join(', '));
      if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
        const meant = typeof kind === 'string' ? nearest(kind, words) : undefined;
        const hint = meant === undefined ? '' : `, did you mean ${meant}?`;
        return refuse(join(path, tag), kind, `unknown ${tag}${hint}`, words.join(', '));
      }
      return kinds[kind]!.read(value, path);
    },
  };
}

/** Names of the user's own. A prototype's name is an own key here like any other. */
const NAME = /^[A-Za-z0-9-]{1,32}$/;
/** Names in one object; a guess: more than anybody writes by hand. */
const NAMES_MAX = 64;

export function namesTo<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  const allowed = `an object with 1 to ${NAMES_MAX} names of letters, digits and hyphens`;
  return {
    allowed,
    schema: {
      type: 'object',
      propertyNames: { pattern: NAME.source },
      additionalProperties: shape.schema,
      minProperties: 1,
      maxProperties: NAMES_MAX,
    },
    read(value, path) {
      if (!isObject(value)) return refuse(path, value, 'not an object', allowed);
      const names = Object.keys(value);
      if (names.length === 0) return refuse(path, value, 'empty', allowed);
      if (names.length > NAMES_MAX) return refuse(path, undefined, 'too many names', allowed);
      const bad = names.find((name) => !NAME.test(name));
      if (bad !== undefined) return refuse(join(path, bad), value[bad], 'not such a name', allowed);
      return Object.fromEntries(
        names.map((name) => [name, shape.read(value[name], join(path, name))]),
      );
    },
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, name: string): string {
  const step = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  if (path === '') return step;
  return step === name ? `${path}.${name}` : `${path}[${step}]`;
}
