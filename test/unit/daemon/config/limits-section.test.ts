import { describe, expect, it } from 'vitest';
import {
  formatConfig,
  LIMIT_KEYS,
  LIMIT_NAMES,
  loadConfig,
} from '../../../../src/daemon/config/config.ts';
import { caught, load, temporaryFile } from './temporary-file.ts';

function refused(...lines: readonly string[]): string {
  const file = temporaryFile(['[gossip]', '[gossip.limits]', ...lines].join('\n'));
  const { code, message } = caught(() => loadConfig({ file }), file);
  return `${code}: ${message}`;
}

describe('the section with the limits', () => {
  it('sets those that it names, and no others', () => {
    const { config, warnings } = load(
      '[gossip]\n[gossip.limits]\npending_links = 100\nsilence_timeout = 30',
    );
    expect(config.limits).toEqual({ pending_links: 100, silence_timeout: 30 });
    expect(warnings).toEqual([]);
  });

  it('may begin more than once, and in any case', () => {
    const { config } = load('[gossip]\n[Gossip.Limits]\nbans = 7\n[gossip.limits]\ndials = 8');
    expect(config.limits).toEqual({ bans: 7, dials: 8 });
  });

  it.each(LIMIT_NAMES)('allows its bounds and nothing beyond them: %s', (name) => {
    const { allowed } = LIMIT_KEYS[name].reader;
    const [min, max] = allowed.split(' to ').map(Number);
    for (const good of [min!, max!]) {
      expect(load(`[gossip]\n[gossip.limits]\n${name} = ${good}`).config.limits[name]).toBe(good);
    }
    expect(refused(`${name} = ${min! - 1}`)).toBe(
      `config-value: node.ini:3 ${name} = ${min! - 1}: too small; allowed: ${allowed}`,
    );
    expect(refused(`${name} = ${max! + 1}`)).toContain(`too large; allowed: ${allowed}`);
  });

  it('has no limit that is none, or written otherwise', () => {
    for (const bad of ['none', '', '0x10', '1e3', '+5', '5 ; five']) {
      expect(refused(`dials = ${bad}`)).toMatch(
        /^config-value: node\.ini:3 dials = .*allowed: 1 to/,
      );
    }
  });

  it('warns of a key that limits nothing, with the nearest that does', () => {
    const { config, warnings } = load('[gossip]\n[gossip.limits]\npending_link = 3');
    expect(config.limits).toEqual({});
    expect(warnings).toEqual([
      expect.stringContaining(
        'pending_link = 3: unknown limit, ignored; nearest known key: pending_links',
      ),
    ]);
  });

  it('refuses a key that is set twice', () => {
    expect(refused('bans = 1', 'bans = 2')).toMatch(/^config-duplicate: node\.ini:4/);
  });

  it('is shown with all of them, those as comments that nobody set', () => {
    const { config, sources } = load('[gossip]\n[gossip.limits]\nbans = 7');
    const text = formatConfig(config, sources);
    expect(text).toContain('(set in the file)\nbans = 7\n');
    for (const name of LIMIT_NAMES.filter((other) => other !== 'bans')) {
      expect(text).toContain(`(default)\n; ${name} = ${LIMIT_KEYS[name].defaultText}`);
    }
  });
});
