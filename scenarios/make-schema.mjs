/**
 * Writes schema.json, which editors use for scenario files, from the table that `parseScenario` reads by.
 *
 *     npm run build && node scenarios/make-schema.mjs
 */
import { writeFileSync } from 'node:fs';
import { scenarioSchema } from '../dist/sim/scenario/scenario-schema.js';

const target = new URL('schema.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(scenarioSchema(), null, 2)}\n`);
