/** Names that take their time. The lookups of this file are answered by hand. */
import { describe, expect, it, vi } from 'vitest';
import { startNode as start, until, type TestNode } from './support.ts';

const { answer, answered } = vi.hoisted(() => {
  let give: (hosts: readonly string[]) => void;
  const promise = new Promise<readonly string[]>((resolve) => (give = resolve));
  return { answer: (...hosts: string[]) => give(hosts), answered: promise };
});

vi.mock(import('../../src/daemon/resolver.ts'), async (original) => {
  const actual = await original();
  return {
    ...actual,
    addressesOf: (host) => (host === 'slow.example' ? answered : actual.addressesOf(host)),
  };
});

function openLinks({ daemon }: TestNode): number {
  return daemon.snapshot().core.sizes.openLinks.size;
}

describe('a pinned name that is known late', () => {
  it('ends the link that one of its addresses got before, with another key', async () => {
    const other = await start({ config: { transport: 'tls' } });
    const address = other.daemon.p2pAddress;
    const name = { host: 'slow.example', port: address.port };
    const pins = [{ peer: name, identities: ['0'.repeat(64)] }];
    const node = await start({
      config: { transport: 'tls', knownPeers: [address, name], pins },
    });
    await until(() => openLinks(node) === 1);
    answer(address.host);
    await until(() => openLinks(node) === 0);
    expect(node.lines.find(({ code }) => code === 'pin-mismatch')).toMatchObject({ level: 50 });
  });
});
