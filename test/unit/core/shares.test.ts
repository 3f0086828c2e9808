import { describe, expect, it } from 'vitest';
import { address, Bench } from './support.ts';

describe('what single hosts and ranges have', () => {
  it('is told of the one that has most', () => {
    const bench = new Bench();
    for (const host of ['10.1.1.1', '10.1.1.1', '10.1.1.2', '10.2.0.1']) {
      bench.openInbound(6001, address(`${host}:40000`));
    }
    for (const host of ['10.3.0.1', '10.3.0.2']) bench.accept(address(`${host}:40000`));
    expect(bench.node.shares()).toMatchObject({
      inboundLinks: { size: 4 },
      linksPerHost: { size: 2, max: 2 },
      linksPerRange: { size: 3, max: 4 },
      pendingInbound: { size: 2 },
      pendingPerHost: { size: 1, max: 4 },
      pendingPerRange: { size: 2, max: 8 },
    });
  });

  it('leaves loopback out, which has no such limits', () => {
    const bench = new Bench();
    for (let i = 0; i < 3; i++) bench.openInbound(6001, address(`127.0.0.1:${40_000 + i}`));
    expect(bench.node.shares()).toMatchObject({
      inboundLinks: { size: 3 },
      linksPerHost: { size: 0 },
      admissions: { size: 0 },
    });
  });

  it('says how much of the admissions of now is used, until that is made up for', () => {
    const bench = new Bench({}, { admissionsBurst: 32, rangeAdmissionsBurst: 8 });
    for (let i = 0; i < 3; i++) bench.openInbound(6001, address(`10.1.1.1:${40_000 + i}`));
    expect(bench.node.shares()).toMatchObject({
      admissions: { size: 3, max: 32 },
      admissionsPerRange: { size: 3, max: 8 },
    });
    bench.advance(2_000);
    bench.give({ kind: 'wake' });
    expect(bench.node.shares()).toMatchObject({
      admissions: { size: 0 },
      admissionsPerRange: { size: 0 },
    });
  });
});
