import { describe, expect, it } from 'vitest';
import { formatConfig, loadConfig } from '../../../../src/daemon/config/config.ts';
import { caught, load, temporaryFile, type Flags } from './temporary-file.ts';

/** The profile of the only type in a `[gossip.type.1337]` with these lines; the first is line 3 of the file. */
function profile(...lines: readonly string[]): unknown {
  return load(['[gossip]', '[gossip.type.1337]', ...lines].join('\n')).config.types.get(1337);
}

function refused(content: string, flags: Flags = {}): string {
  const file = temporaryFile(content);
  const options = { file, flags: new Map(Object.entries(flags)) };
  const { code, message } = caught(() => loadConfig(options), file);
  return `${code}: ${message}`;
}

describe('a section about a data type', () => {
  it.each([
    ['degree = 8', { degree: 8 }],
    ['degree = 32', { degree: 32 }],
    ['lazy_threshold = 0', { lazyThreshold: 0 }],
    ['lazy_threshold = 65520', { lazyThreshold: 65_520 }],
    ['rate_limit = 50', { rateLimit: { perSecond: 50, burst: 50 } }],
    ['rate_limit = 50\nrate_burst = 500', { rateLimit: { perSecond: 50, burst: 500 } }],
    ['rate_limit = none', {}],
    ['rate_limit =', {}],
    ['history_window = 300', { historyWindow: 300_000 }],
    ['; nothing', {}],
  ])('says what is particular about it: %j', (lines, expected) => {
    expect(profile(lines)).toEqual(expected);
  });

  it.each([0, 1, 65_535])('may be about type %i', (dataType) => {
    const { config } = load(`[gossip]\n[gossip.type.${dataType}]\ndegree = 2`);
    expect([...config.types]).toEqual([[dataType, { degree: 2 }]]);
  });

  it('is matched without case', () => {
    expect(load('[gossip]\n[ Gossip.TYPE.7 ]').config.types.has(7)).toBe(true);
  });

  it('changes nothing for the node', () => {
    const { config } = load('[gossip]\n[gossip.type.7]\ndegree = 2\nhistory_window = 5');
    expect([config.degree, config.historyWindow]).toEqual([8, 300_000]);
  });

  it.each(['banana', '65536', '70000', '-1', '01', '1.5', '', ' 1', '0x10', '1 2', '1.'])(
    'that names no type is refused with its line: %j',
    (name) => {
      expect(refused(`[gossip]\n\n[gossip.type.${name}]`)).toBe(
        `config-syntax: node.ini:3 [gossip.type.${name}]: names no data type; ` +
          'allowed: [gossip.type.N] with N from 0 to 65535',
      );
    },
  );

  it('needs a type', () => {
    expect(refused('[gossip.type]')).toMatch(
      /^config-syntax: node\.ini:1 \[gossip\.type\]: names no data type; allowed/,
    );
  });

  it('stands once for each type, whatever is in it', () => {
    expect(refused('[gossip.type.7]\n[gossip]\n[gossip.type.8]\n[GOSSIP.type.7]')).toBe(
      'config-duplicate: node.ini:4 [gossip.type.7]: begins in line 1 already; a data type has one section',
    );
  });

  it.each([
    ['degree = 0', 'degree = 0: too small; allowed: 1 to 10000, at most max_connections'],
    ['lazy_threshold = 65521', 'lazy_threshold = 65521: too large; allowed: 0 to 65520'],
    ['rate_limit = 0', 'rate_limit = 0: too small; allowed: 1 to 1000000; or none'],
    ['rate_limit = 0.5', 'rate_limit = 0.5: not a whole number in decimal digits'],
    ['rate_burst = 1000001', 'rate_burst = 1000001: too large; allowed: 1 to 1000000'],
    ['history_window = 0', 'history_window = 0: too small; allowed: 1 to 65535'],
    ['degree =', 'degree = : empty, which means none: not a whole number'],
  ])('with a bad value is refused with its line: %s', (line, message) => {
    expect(refused(`[gossip.type.7]\n${line}`)).toContain(`config-value: node.ini:2 ${message}`);
  });

  it.each([
    [
      'degree = 33',
      {},
      'degree = 33: more than max_connections, which is 32; allowed: at most max_connections',
    ],
    ['degree = 5', { max_connections: '4' }, 'degree = 5: more than max_connections, which is 4'],
    [
      'history_window = 301',
      {},
      'history_window = 301: longer than history_window of the node, which is 300 s',
    ],
    ['history_window = 9', { history_window: '8' }, 'history_window = 9: longer than history_'],
    ['rate_burst = 5', {}, 'rate_burst = 5: there is no rate_limit for it'],
    ['rate_limit = none\nrate_burst = 5', {}, 'rate_burst = 5: there is no rate_limit for it'],
  ])('that does not fit is refused: %j with %j', (lines, flags, message) => {
    const refusal = refused(`[gossip.type.7]\n${lines}`, flags);
    expect(refusal).toContain('config-conflict: node.ini:');
    expect(refusal).toContain(message);
  });

  it('may not have a key twice', () => {
    expect(refused('[gossip.type.7]\ndegree = 2\ndegree = 2')).toMatch(
      /^config-duplicate: node\.ini:3 degree = 2: degree is set in line 2 already/,
    );
  });

  it.each([
    ['degre', 'degree'],
    ['lazy-threshold', 'lazy_threshold'],
    ['rate_bursts', 'rate_burst'],
    ['histroy_window', 'history_window'],
    ['RATELIMIT', 'rate_limit'],
  ])('with the unknown key %s is warned about, with the nearest key of types', (key, nearest) => {
    const { warnings } = load(`[gossip]\n[gossip.type.7]\n${key} = 1`);
    expect(warnings).toEqual([
      `node.ini:3 ${key} = 1: unknown key of a data type, ignored; nearest known key: ${nearest}`,
    ]);
  });

  it.each(['__proto__', 'constructor', 'relay'])('may have the unknown key %s', (key) => {
    const { config, warnings } = load(`[gossip]\n[gossip.type.7]\n${key} = 1`);
    expect([warnings.length, [...config.types]]).toEqual([1, [[7, {}]]]);
  });

  it('is written down with what was set, ascending by type', () => {
    const { config, sources } = load(
      '[gossip]\n[gossip.type.9]\nrate_limit = 5\n[gossip.type.7]\ndegree = 2\nhistory_window = 3',
    );
    const [, types] = formatConfig(config, sources).split(/(?=\n\[gossip\.type)/, 2);
    expect(formatConfig(config, sources)).toMatch(/\[gossip\.type\.7\][^[]*\[gossip\.type\.9\]/);
    expect(types).toMatch(/; peers each .*\ndegree = 2\n\n; for how long .*\nhistory_window = 3\n/);
  });
});
