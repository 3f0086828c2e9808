/**
 * The reader of scenario files and their JSON Schema, which editors go by, say the same about any file: what
 * is read is valid, and what is wrong by itself is not.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/sim/scenario/parse-scenario.ts';
import { randomScenario } from '../../src/sim/scenario/random-scenario.ts';
import { ScenarioError } from '../../src/sim/scenario/scenario-error.ts';
import { scenarioSchema } from '../../src/sim/scenario/scenario-schema.ts';

const isValid = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
  scenarioSchema(),
);

/** What the reader says: `taken`, or the code of the error. Anything else that it throws is a fault. */
function judged(json: unknown): 'taken' | ScenarioError['code'] {
  try {
    parseScenario(json);
    return 'taken';
  } catch (error) {
    if (error instanceof ScenarioError) return error.code;
    throw error;
  }
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every place in a value, as the keys that lead there. */
function places(
  value: Json,
  here: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [here];
  const below = Array.isArray(value) ? value.map((v, i) => [i, v] as const) : Object.entries(value);
  return [here, ...below.flatMap(([key, entry]) => places(entry, [...here, key]))];
}

/** The same value with something else at one place, or without what is there. */
function changed(value: Json, place: readonly (string | number)[], by: Json | undefined): Json {
  const [key, ...rest] = place;
  if (key === undefined || typeof value !== 'object' || value === null) return by ?? null;
  if (Array.isArray(value)) {
    return value.map((entry, i) => (i === key ? changed(entry, rest, by) : entry));
  }
  const { [key as string]: old, ...others } = value as { [key: string]: Json };
  if (rest.length === 0 && by === undefined) return others;
  return { ...others, [key]: changed(old!, rest, by) };
}

/** Values that files have where others belong, and such as belong there. */
const anyValue: fc.Arbitrary<Json | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.jsonValue().map((value) => value as Json),
  fc.constantFrom<Json>(
    null,
    true,
    0,
    -0,
    1,
    -1,
    0.5,
    1e308,
    65_519,
    65_520,
    2 ** 32,
    '',
    'exit',
    [],
    {},
  ),
  fc.double({ min: 0, max: 2, noNaN: true }),
  fc.integer({ min: -1, max: 1_000 }),
  fc.constantFrom<Json>(
    { min: 1, max: 2 },
    { median: 5, sigma: 1 },
    { regions: { a: 1 }, table: { a: { a: 5 } } },
    { kind: 'crash' },
    { kind: 'join', count: 5 },
    { role: 'hog', count: 1 },
    { role: 'hog', share: 0.5, count: 1 },
  ),
);

const anyMutant = fc
  .record({
    seed: fc.nat({ max: 10_000 }),
    changes: fc.array(fc.record({ where: fc.nat(), by: anyValue, name: fc.string() }), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .map(({ seed, changes }) => {
    let json = JSON.parse(JSON.stringify(randomScenario(seed))) as Json;
    for (const { where, by, name } of changes) {
      const all = places(json);
      const place = all[where % all.length]!;
      // Some changes are further keys, with names that nobody expects.
      json = changed(json, where % 7 === 0 ? [...place, name] : place, by);
    }
    return json;
  });

describe('a scenario file with something changed', () => {
  it('is read only if the schema has nothing against it', () => {
    fc.assert(
      fc.property(anyMutant, (json) => {
        expect(isValid(json) || judged(json) === 'scenario-value').toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is refused by the schema too if a value is wrong by itself', () => {
    fc.assert(
      fc.property(anyMutant, (json) => {
        expect(judged(json) === 'scenario-value' && isValid(json)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is refused in one line', () => {
    fc.assert(
      fc.property(anyMutant, (json) => {
        try {
          parseScenario(json);
        } catch (error) {
          expect((error as Error).message).not.toMatch(/[\n\r]/);
        }
      }),
    );
  });
});

describe('a random scenario', () => {
  it('is one for every seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        expect(randomScenario(seed).seed).toBe(seed);
      }),
      { numRuns: 500 },
    );
  });
});
