/**
 * The JSON Schema of scenario files, for editors; scenarios/schema.json is its text. It knows every key, its
 * type and its range; what goes together with what only `parseScenario` knows.
 */
import { scenarioShape } from './scenario-shape.ts';
import type { JsonSchema } from './shape.ts';

/** The schema, draft 2020-12. */
export function scenarioSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A scenario of hearsay simulate',
    ...scenarioShape.schema,
  };
}
