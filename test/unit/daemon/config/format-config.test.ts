import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CONFIG_KEYS,
  defaultConfig,
  formatConfig,
  loadConfig,
} from '../../../../src/daemon/config/config.ts';
import { load, temporaryDirectory, temporaryFile } from './temporary-file.ts';

/** `key` → value as it stands in the text. */
function written(text: string): ReadonlyMap<string, string> {
  const entries = text.split('\n').flatMap((line): [string, string][] => {
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value]];
  });
  return new Map(entries);
}

describe('a configuration as text', () => {
  it('has every key', () => {
    const keys = [...written(formatConfig(defaultConfig(), new Map())).keys()];
    expect(keys.toSorted()).toEqual(CONFIG_KEYS.map(({ name }) => name).toSorted());
  });

  it.each(CONFIG_KEYS.filter(({ name }) => name !== 'state_dir'))(
    'has the documented default of $name',
    ({ name, defaultText }) => {
      expect(written(formatConfig(defaultConfig(), new Map())).get(name)).toBe(defaultText);
    },
  );

  it('says of each key who set it', () => {
    const { config, sources } = load('[gossip]\ndegree = 3\nrelay = all', { degree: '2' });
    const text = formatConfig(config, sources);
    expect(text).toContain('given to (set by a flag)\ndegree = 2\n');
    expect(text).toContain('(set in the file)\nrelay = all\n');
    expect(text).toContain('(default)\nlog_level = info\n');
  });

  it('has the global key before the section', () => {
    const text = formatConfig(defaultConfig(), new Map());
    expect(text.indexOf('hostkey = ')).toBeLessThan(text.indexOf('[gossip]'));
  });

  it('is read without a warning', () => {
    expect(load(formatConfig(defaultConfig(), new Map())).warnings).toEqual([]);
  });

  it('keeps the blank at the end of a path', () => {
    const directory = join(temporaryDirectory(), 'state ');
    mkdirSync(directory);
    const flags = new Map([
      ['state_dir', `${directory}/`],
      ['hostkey', `${directory}/.`],
      ['api_address', `unix:${directory}/`],
    ]);
    const { config, sources } = loadConfig({ flags });
    const file = temporaryFile(formatConfig(config, sources));
    expect(config.stateDir).toBe(directory);
    expect(loadConfig({ file }).config).toEqual(config);
  });
});
