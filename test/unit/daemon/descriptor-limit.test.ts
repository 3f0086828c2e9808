import { describe, expect, it } from 'vitest';
import { ConfigError, defaultConfig } from '../../../src/daemon/config/config.ts';
import { fitToDescriptors, RESERVED_DESCRIPTORS } from '../../../src/daemon/descriptor-limit.ts';

const config = { ...defaultConfig(), minConnections: 10, maxConnections: 100 };

describe('the links that are wanted', () => {
  it.each([undefined, RESERVED_DESCRIPTORS + 100])(
    'are left as they are with %s descriptors',
    (limit) => {
      const fitted = fitToDescriptors(config, limit);
      expect(fitted.config.maxConnections).toBe(100);
      expect(limit === undefined || fitted.warning === undefined).toBe(true);
    },
  );

  it('are fewer, with a warning, if one descriptor is missing', () => {
    const { config: fitted, warning } = fitToDescriptors(config, RESERVED_DESCRIPTORS + 99);
    expect(fitted.maxConnections).toBe(99);
    expect(warning).toBe(
      'max_connections = 100: 99 at most fit into 163 file descriptors (ulimit -n) less 64 for all else; ' +
        'ulimit -n 164 makes room for all',
    );
  });

  it('are refused if those that are needed do not fit', () => {
    expect(fitToDescriptors(config, RESERVED_DESCRIPTORS + 10).config.maxConnections).toBe(10);
    const refused = (): unknown => fitToDescriptors(config, RESERVED_DESCRIPTORS + 9);
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(/^min_connections = 10: more links than fit into 73 file descriptors/);
  });
});
