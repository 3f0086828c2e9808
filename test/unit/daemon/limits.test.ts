/** Every limit has an effect, and its documented default is what holds without it. */
import { describe, expect, it } from 'vitest';
import {
  defaultConfig,
  LIMIT_KEYS,
  LIMIT_NAMES,
  type LimitName,
  type Limits,
} from '../../../src/daemon/config/config.ts';
import { coreBounds, daemonBounds } from '../../../src/daemon/limits.ts';

function boundsOf(limits: Limits, transport: 'tls' | 'plain' = 'tls', keyType = 'Ed25519'): object {
  return {
    core: coreBounds({ ...defaultConfig(), transport, limits }),
    daemon: daemonBounds(limits, keyType),
  };
}

const SPECS: Readonly<
  Record<LimitName, { readonly defaultText: string; readonly otherwise?: string }>
> = LIMIT_KEYS;

describe('a limit', () => {
  it.each(LIMIT_NAMES)('that is set changes something: %s', (name) => {
    const [min] = LIMIT_KEYS[name].reader.allowed.split(' to ').map(Number);
    expect(boundsOf({ [name]: min! })).not.toEqual(boundsOf({}));
  });

  it.each(LIMIT_NAMES)('that is set to its default changes nothing: %s', (name) => {
    expect(boundsOf({ [name]: Number(SPECS[name].defaultText) })).toEqual(boundsOf({}));
  });

  it.each(LIMIT_NAMES.filter((name) => SPECS[name].otherwise?.endsWith('in plain')))(
    'may have another default in plain: %s',
    (name) => {
      const inPlain = Number.parseInt(SPECS[name].otherwise!, 10);
      expect(boundsOf({ [name]: inPlain }, 'plain')).toEqual(boundsOf({}, 'plain'));
    },
  );
});

describe('a node with an RSA key', () => {
  it('begins fewer handshakes, as each costs more', () => {
    expect(daemonBounds({}, 'RSA 2048').handshake.perTickMax).toBe(
      Number.parseInt(SPECS.handshakes_per_second.otherwise!, 10),
    );
  });

  it('begins as many as it is told', () => {
    expect(daemonBounds({ handshakes_per_second: 70 }, 'RSA 2048').handshake.perTickMax).toBe(70);
  });
});

describe('a queue of another size', () => {
  it('has its marks in the same places', () => {
    const { link } = daemonBounds({ link_queue_bytes: 2 ** 20 }, 'Ed25519');
    expect(link).toMatchObject({
      queueBytesMax: 2 ** 20,
      queueHighBytes: 2 ** 18,
      queueLowBytes: 2 ** 17,
      relayedBytesMax: 3 * 2 ** 18,
    });
  });
});
