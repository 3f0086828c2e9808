import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CONFIG_ERROR_CODES,
  CONFIG_KEYS,
  LIMIT_KEYS,
  LIMIT_NAMES,
  defaultConfig,
  TYPE_KEY_NAMES,
  TYPE_KEYS,
  type LimitSpec,
} from '../../../../src/daemon/config/config.ts';
import { load } from './temporary-file.ts';

const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');

/** The cells of the rows of the table whose head begins with `| head |`. */
function table(head: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`)) + 2;
  const end = lines.findIndex((line, index) => index >= start && !line.startsWith('|'));
  return lines.slice(start, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

describe('docs/configuration.md', () => {
  it('has a row for each key, with what the program says about it', () => {
    const expected = CONFIG_KEYS.map((key) => [
      `\`${key.name}\``,
      key.meaning,
      key.defaultText,
      key.allowed,
      key.unit ?? '–',
      `\`${key.flag} ${key.placeholder}\``,
    ]);
    expect(table('key')).toEqual(expected);
  });

  it('has a row for each key of a data type, with what the program says about it', () => {
    const expected = TYPE_KEY_NAMES.map((name) => {
      const { meaning, defaultText, reader, unit } = TYPE_KEYS[name];
      return [`\`${name}\``, meaning, defaultText, reader.allowed, unit];
    });
    expect(table('key of a type')).toEqual(expected);
  });

  it('has a row for each limit, with what the program says about it', () => {
    const expected = LIMIT_NAMES.map((name) => {
      const spec: LimitSpec = LIMIT_KEYS[name];
      const { defaultText, otherwise } = spec;
      const text = otherwise === undefined ? defaultText : `${defaultText}; ${otherwise}`;
      return [`\`${name}\``, spec.meaning, text, spec.reader.allowed, spec.unit];
    });
    expect(table('limit').map((cells) => cells.slice(0, 5))).toEqual(expected);
  });

  it('has a row for each error code', () => {
    expect(table('code').map(([code]) => code)).toEqual(
      CONFIG_ERROR_CODES.map((code) => `\`${code}\``),
    );
  });

  it.each([...page.matchAll(/^```ini\n(.*?)^```$/gms)].map(([, example]) => example ?? ''))(
    'has an example that loads without a warning: %s',
    (example) => {
      expect(load(example).warnings).toEqual([]);
    },
  );
});

describe.each(['config/config.ts', 'node-options.ts'])('the comments of src/daemon/%s', (path) => {
  const source = readFileSync(new URL(`../../../../src/daemon/${path}`, import.meta.url), 'utf8');

  it('name the defaults that numbers really have', () => {
    const defaults = new Map(Object.entries(defaultConfig()));
    const documented = [
      ...source.matchAll(/Default ([\d,]+)( s)?\b[^/]*\*\/\n {2}readonly (\w+?)(?:Millis)?\??:/g),
    ].filter(([, , , name]) => typeof defaults.get(name!) === 'number');
    expect(documented.length).toBeGreaterThan(6);
    for (const [, digits, seconds, name] of documented) {
      const unit = seconds === undefined ? 1 : 1_000;
      expect([name, Number(digits!.replaceAll(',', '')) * unit]).toEqual([
        name,
        defaults.get(name!),
      ]);
    }
  });
});
