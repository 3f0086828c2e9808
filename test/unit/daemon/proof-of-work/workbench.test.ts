import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../../src/basics/assert.ts';
import { u64 } from '../../../../src/basics/integers.ts';
import type { Portion } from '../../../../src/daemon/proof-of-work/jobs.ts';
import { createKernel } from '../../../../src/daemon/proof-of-work/kernel.ts';
import { Workbench } from '../../../../src/daemon/proof-of-work/workbench.ts';
import { encodePeerMessage, joinOffer } from '../../../../src/wire/peer-messages.ts';
import { firstNonce, packetZeroBits } from './oracle.ts';

const START = u64(0, 0);
const CHALLENGE = u64(1, 2);
const TEXT = Uint8Array.of(1, 2, 3);
const SLICE = 2 ** 16;
const STOP = { kind: 'stop' } as const;
const kernel = createKernel();

describe('a workbench', () => {
  it('is idle without a portion and has nothing to report', () => {
    const workbench = new Workbench({ kernel, drawStart: () => START });
    expect([workbench.isIdle, workbench.step()]).toEqual([true, undefined]);
  });

  it('is busy while it has a portion', () => {
    expect(workbenchWith(hopeless(2 * SLICE)).isIdle).toBe(false);
  });

  it('is idle again when it has reported', () => {
    const workbench = workbenchWith(hopeless(1));
    workbench.step();
    expect(workbench.isIdle).toBe(true);
  });

  it('reports the first nonce that fits and how many it has tried', () => {
    const { nonce, before } = firstNonce(CHALLENGE, START, 4);
    expect(workbenchWith(easy()).step()).toEqual({ nonce, hashes: before + 1 });
  });

  it('reports that no nonce fits when all are tried', () => {
    const workbench = workbenchWith(hopeless(SLICE + 1));
    expect([workbench.step(), workbench.step()]).toEqual([
      undefined,
      { nonce: undefined, hashes: SLICE + 1 },
    ]);
  });

  it('reports a nonce for the whole packet of an offer', () => {
    const workbench = workbenchWith(offer(2 ** 40));
    let report = workbench.step();
    while (report === undefined) report = workbench.step();
    const body = { challenge: CHALLENGE, nonce: report.nonce!, text: TEXT };
    expect(packetZeroBits(encodePeerMessage(joinOffer(body)))).toBeGreaterThanOrEqual(16);
  });

  it('keeps to the hashes of an offer, too', () => {
    expect(workbenchWith(offer(1)).step()).toEqual({ nonce: undefined, hashes: 1 });
  });

  it('starts each portion where it is told to', () => {
    const starts = [u64(7, 7), u64(8, 8)];
    const workbench = new Workbench({ kernel, drawStart: () => starts.shift()! });
    const nonces = [0, 1].map(() => {
      workbench.carryOut({ kind: 'start', portion: anyNonce() });
      return workbench.step()?.nonce;
    });
    expect(nonces).toEqual([u64(7, 7), u64(8, 8)]);
  });

  it('has one portion at a time: a second one is our own defect', () => {
    const workbench = workbenchWith(hopeless(2));
    expect(() => workbench.carryOut({ kind: 'start', portion: easy() })).toThrow(AssertionError);
  });
});

describe('stopping', () => {
  it('is reported with what was tried until then', () => {
    const workbench = workbenchWith(hopeless(100 * SLICE));
    workbench.step();
    workbench.carryOut(STOP);
    expect(workbench.step()).toEqual({ nonce: undefined, hashes: SLICE });
    expect(workbench.isIdle).toBe(true);
  });

  it('works before the first slice', () => {
    const workbench = workbenchWith(easy());
    workbench.carryOut(STOP);
    expect(workbench.step()).toEqual({ nonce: undefined, hashes: 0 });
  });

  it('means nothing while there is nothing to stop', () => {
    const workbench = workbenchWith(anyNonce());
    workbench.step();
    workbench.carryOut(STOP);
    expect([workbench.isIdle, workbench.step()]).toEqual([true, undefined]);
  });

  it('does not reach the next portion', () => {
    const workbench = workbenchWith(anyNonce());
    workbench.step();
    workbench.carryOut(STOP);
    workbench.carryOut({ kind: 'start', portion: anyNonce() });
    expect(workbench.step()).toEqual({ nonce: START, hashes: 1 });
  });
});

/** From 0 on, none of the nonces tried here has 31 zero bits. */
function hopeless(hashesMax: number): Portion {
  return nonces(31, hashesMax);
}

/** Ends with a nonce in the first slice. */
function easy(): Portion {
  return nonces(4, SLICE);
}

/** Ends with the first nonce. */
function anyNonce(): Portion {
  return nonces(0, 1);
}

function nonces(difficulty: number, hashesMax: number): Portion {
  return {
    job: { kind: 'nonce', link: 1, challenge: CHALLENGE, difficulty, hashesMax },
    hashesMax,
  };
}

function offer(hashesMax: number): Portion {
  return { job: { kind: 'offer', link: 1, challenge: CHALLENGE, text: TEXT }, hashesMax };
}

function workbenchWith(portion: Portion): Workbench {
  const workbench = new Workbench({ kernel, drawStart: () => START });
  workbench.carryOut({ kind: 'start', portion });
  return workbench;
}
