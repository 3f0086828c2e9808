import { describe, expect, it } from 'vitest';
import { DEFAULT_BOUNDS, TLS_BOUNDS } from '../../../src/core/settings.ts';
import { defaultConfig, type Config } from '../../../src/daemon/config/config.ts';
import { coreSettings } from '../../../src/daemon/core-settings.ts';

const PLACE = {
  listenAddress: { host: '127.0.0.1', port: 6001 },
  ownServices: [],
  ownIdentity: undefined,
};

function boundsOf(given: Partial<Config>): object {
  return coreSettings({ ...defaultConfig(), ...given }, PLACE).bounds;
}

describe('the bounds of a node', () => {
  it('are those of its transport unless the configuration says otherwise', () => {
    expect(boundsOf({ transport: 'tls' })).toEqual(TLS_BOUNDS);
    expect(boundsOf({ transport: 'plain' })).toEqual(DEFAULT_BOUNDS);
  });

  it('are as configured where there are keys for them', () => {
    const bounds = boundsOf({ limits: { links_per_host: 3, silence_timeout: 30 } });
    expect(bounds).toEqual({
      ...TLS_BOUNDS,
      linksPerHostMax: 3,
      silenceMax: 30_000,
      pingAfter: 12_000,
    });
  });
});
