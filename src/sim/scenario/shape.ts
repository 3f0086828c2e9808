/**
 * The small language in which scenario-shape.ts says what a scenario file may hold. A shape reads a value,
 * complaining with its path, and describes itself as JSON Schema, so that the two cannot disagree.
 */
import { ScenarioError } from './scenario-error.ts';

/** Part of a JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Shape<T> {
  /** What is allowed, in the words of error messages. */
  readonly allowed: string;
  readonly schema: JsonSchema;
  /** The value with all defaults filled in. Throws {@link ScenarioError}. */
  read(value: unknown, path: string): T;
}

/** Says that something by itself is wrong. */
export function refuse(path: string, value: unknown, problem: string, allowed: string): never {
  throw new ScenarioError({ code: 'scenario-value', path, value, problem, allowed });
}

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Default: false. */
  readonly isWhole?: boolean;
  /** What it counts, for messages. */
  readonly unit?: string;
}

export function numberIn({ min, max, isWhole = false, unit }: NumberRange): Shape<number> {
  const kind = isWhole ? 'a whole number' : 'a number';
  const allowed = `${kind} from ${min} to ${max}${unit === undefined ? '' : ` ${unit}`}`;
  return {
    allowed,
    schema: { type: isWhole ? 'integer' : 'number', minimum: min, maximum: max },
    read(value, path) {
      if (typeof value !== 'number') return refuse(path, value, 'not a number', allowed);
      if (Number.isNaN(value) || (isWhole && !Number.isInteger(value))) {
        return refuse(path, value, `not ${kind}`, allowed);
      }
      if (value < min) return refuse(path, value, 'too small', allowed);
      if (value > max) return refuse(path, value, 'too large', allowed);
      // There is one zero in JSON as people read it.
      return value === 0 ? 0 : value;
    },
  };
}

export const flag: Shape<boolean> = {
  allowed: 'true or false',
  schema: { type: 'boolean' },
  read: (value, path) =>
    typeof value === 'boolean' ? value : refuse(path, value, 'not true or false', flag.allowed),
};

/** Text that matches all of `pattern`. */
export function textLike(pattern: RegExp, allowed: string): Shape<string> {
  return {
    allowed,
    schema: { type: 'string', pattern: pattern.source },
    read(value, path) {
      if (typeof value !== 'string') return refuse(path, value, 'not a text', allowed);
      return pattern.test(value) ? value : refuse(path, value, 'not such a text', allowed);
    },
  };
}

/** Text of up to so many characters. */
export function textUpTo(max: number): Shape<string> {
  const allowed = `a text of up to ${max} characters`;
  return {
    allowed,
    schema: { type: 'string', maxLength: max },
    read(value, path) {
      if (typeof value !== 'string') return refuse(path, value, 'not a text', allowed);
      return [...value].length <= max ? value : refuse(path, value, 'too long', allowed);
    },
  };
}

export function wordOf<const Word extends string>(words: readonly Word[]): Shape<Word> {
  const allowed =
    words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return {
    allowed,
    schema: { enum: words },
    read: (value, path) =>
      words.find((word) => word === value) ?? refuse(path, value, 'no such word', allowed),
  };
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return {
    allowed: `${shape.allowed}, or null`,
    schema: { anyOf: [shape.schema, { type: 'null' }] },
    read: (value, path) => (value === null ? null : shape.read(value, path)),
  };
}

export function listOf<T>(shape: Shape<T>, max: number): Shape<readonly T[]> {
  const allowed = `a list of up to ${max}`;
  return {
    allowed,
    schema: { type: 'array', items: shape.schema, maxItems: max },
    read(value, path) {
      if (!Array.isArray(value)) return refuse(path, value, 'not a list', allowed);
      if (value.length > max) return refuse(path, undefined, `${value.length} entries`, allowed);
      return value.map((entry, index) => shape.read(entry, `${path}[${index}]`));
    },
  };
}
