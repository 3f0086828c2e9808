/** The scenarios that come with the package. */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../../src/sim/scenario/parse-scenario.ts';
import { scenarioSchema } from '../../../../src/sim/scenario/scenario-schema.ts';
import { filesBelow, read } from '../../../tidy/sources.ts';

const FILES = filesBelow('scenarios', /\.json$/).filter(
  (path) => !['scenarios/schema.json', 'scenarios/baseline.json'].includes(path),
);

describe('scenarios/schema.json', () => {
  it('is what node scenarios/make-schema.mjs writes', () => {
    expect(JSON.parse(read('scenarios/schema.json'))).toEqual(
      JSON.parse(JSON.stringify(scenarioSchema())),
    );
  });
});

describe('the scenario files', () => {
  it('are those that are promised', () => {
    expect(FILES.map((path) => path.slice('scenarios/'.length, -'.json'.length)).sort()).toEqual([
      'churn',
      'cold-boot',
      'covert-flash',
      'eclipse',
      'flood',
      'hostile-boot',
      'hostile-flash',
      'hundred-thousand',
      'mass-crash',
      'million',
      'mixed-legacy',
      'partition',
      'slow-validators',
      'smoke',
      'ten-thousand',
    ]);
  });

  it.each(FILES)('%s is right, and is called what its file is called', (path) => {
    const { name } = parseScenario(JSON.parse(read(path)));
    expect(path).toBe(`scenarios/${name}.json`);
  });

  it.each(FILES)('%s says what it is about and how long it takes', (path) => {
    const { description } = parseScenario(JSON.parse(read(path)));
    expect(description).toMatch(/(second|minute)s?\.$/);
  });
});
