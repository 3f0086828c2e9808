/** Crowds: many newcomers of few netgroups, each from an address of its own. */
import { describe, expect, it } from 'vitest';
import { Crowds } from '../../../src/core/connections/crowds.ts';
import { Link } from '../../../src/core/connections/link.ts';
import type { LinkId } from '../../../src/core/inputs.ts';
import { Bench, OWN, hungUp } from './support.ts';

const HALF_LIFE = 300_000;

function from(host: string): Link {
  return new Link({
    id: 1,
    dialled: undefined,
    remote: { host, port: 40_000 },
    local: OWN,
    now: 0,
  });
}

function come(crowds: Crowds, host: string, times: number): void {
  for (let i = 0; i < times; i++) crowds.onCome(from(host), 0);
}

describe('a crowd', () => {
  const links = [from('10.1.0.1'), from('10.2.0.1')];

  it('are sixteen newcomers of one netgroup, whichever of its addresses they come from', () => {
    const crowds = new Crowds(10);
    for (let i = 1; i <= 15; i++) come(crowds, `10.1.${i}.1`, 1);
    expect(crowds.among(links, from('10.9.0.1'), 0)).toEqual([]);
    come(crowds, '10.1.16.1', 1);
    expect(crowds.among(links, from('10.9.0.1'), 0)).toEqual([links[0]]);
  });

  it('is one beside a fourth as many', () => {
    const crowds = new Crowds(10);
    come(crowds, '10.1.0.1', 40);
    come(crowds, '10.9.0.1', 10);
    expect(crowds.among(links, from('10.9.0.1'), 0)).toEqual([links[0]]);
    come(crowds, '10.9.0.1', 1);
    expect(crowds.among(links, from('10.9.0.1'), 0)).toEqual([]);
  });

  it('is forgotten by half every five minutes', () => {
    const crowds = new Crowds(10);
    come(crowds, '10.1.0.1', 32);
    expect(crowds.among(links, from('10.9.0.1'), HALF_LIFE)).toEqual([links[0]]);
    expect(crowds.among(links, from('10.9.0.1'), HALF_LIFE + 1)).toEqual([]);
  });

  it('is never made of loopback', () => {
    const crowds = new Crowds(10);
    come(crowds, '127.0.0.1', 100);
    expect(crowds.size).toBe(0);
  });

  it('is looked for among a bounded number of netgroups: who came longest ago is forgotten', () => {
    const crowds = new Crowds(2);
    for (const group of [1, 2, 3]) come(crowds, `10.${group}.0.1`, 20);
    expect(crowds.size).toBe(2);
    expect(crowds.among(links, from('10.9.0.1'), 0)).toEqual([links[1]]);
  });
});

describe('a node whose places a crowd has taken', () => {
  /** Each of two netgroups has sent twenty newcomers; sixteen of each have a link, and never ask for addresses. */
  const besieged = (): Bench => {
    const bench = new Bench({ maxConnections: 32 }, { linksPerRangeMax: 32, linksPerHostMax: 32 });
    const knock = (i: number): LinkId =>
      bench.openInbound(0, { host: `10.${100 + (i % 2)}.${i}.1`, port: 40_000 });
    for (let i = 0; i < 40; i++) knock(i);
    bench.take();
    return bench;
  };

  it('makes room at once for those who do not belong to it', () => {
    const bench = besieged();
    const newcomers = [1, 2, 3, 4].map((i) =>
      bench.openInbound(0, { host: `10.${i}.1.1`, port: 40_000 }),
    );
    const gone = hungUp(bench.take());
    expect(gone).toHaveLength(4);
    expect(gone.filter((link) => newcomers.includes(link))).toEqual([]);
  });

  it('makes none for those who do', () => {
    const bench = besieged();
    const another = bench.openInbound(0, { host: '10.100.200.1', port: 40_000 });
    expect(hungUp(bench.take())).toEqual([another]);
  });

  it('keeps half of it all the same, for who is there for long may be somebody', () => {
    const bench = besieged();
    for (let i = 1; i < 60; i++) bench.openInbound(0, { host: `10.${i}.1.1`, port: 40_000 });
    const { links } = bench.node.snapshot();
    const ofCrowd = links.filter(({ remote }) => /^10\.10[01]\./.test(remote.host));
    expect(ofCrowd.length).toBeGreaterThanOrEqual(12);
  });
});
