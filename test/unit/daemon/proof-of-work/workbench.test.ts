import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../../src/basics/assert.ts';
import { u64 } from '../../../../src/basics/integers.ts';
import type { Job } from '../../../../src/daemon/proof-of-work/jobs.ts';
import { Workbench } from '../../../../src/daemon/proof-of-work/workbench.ts';
import { encodePeerMessage, joinOffer } from '../../../../src/wire/peer-messages.ts';
import { firstNonce, packetZeroBits } from './oracle.ts';

const START = u64(0, 0);
const CHALLENGE = u64(1, 2);
const TEXT = Uint8Array.of(1, 2, 3);

describe('a workbench', () => {
  it('is idle without jobs and has nothing to answer', () => {
    const workbench = new Workbench(() => START);
    expect([workbench.isIdle, workbench.step()]).toEqual([true, undefined]);
  });

  it('is busy while it has a job', () => {
    const workbench = workbenchWith(hopeless(1, 2));
    expect(workbench.isIdle).toBe(false);
  });

  it('is idle again when its last job is answered', () => {
    const workbench = workbenchWith(easy(1));
    workbench.step();
    expect(workbench.isIdle).toBe(true);
  });

  it('answers a nonce job with the first nonce that fits', () => {
    const { nonce } = firstNonce(CHALLENGE, START, 4);
    expect(workbenchWith(easy(1)).step()).toEqual({ number: 0, nonce });
  });

  it('answers a nonce job without a nonce when its hashes are used up', () => {
    expect(answers(workbenchWith(hopeless(1, 2)), 2)).toEqual([
      undefined,
      { number: 0, nonce: undefined },
    ]);
  });

  it('answers an offer job with a nonce for the whole packet', () => {
    const workbench = workbenchWith(offer(1));
    let answer = workbench.step();
    while (answer === undefined) answer = workbench.step();
    const packet = encodePeerMessage(
      joinOffer({ challenge: CHALLENGE, nonce: answer.nonce!, text: TEXT }),
    );
    expect(packetZeroBits(packet)).toBeGreaterThanOrEqual(16);
  });

  it('starts each search where it is told to', () => {
    const starts = [u64(7, 7), u64(8, 8)];
    const workbench = new Workbench(() => starts.shift()!);
    for (const number of [0, 1]) {
      const job = { ...easy(number), difficulty: 0 };
      workbench.carryOut({ kind: 'start', number, job });
    }
    expect(answers(workbench, 2).map((answer) => answer?.nonce)).toEqual([u64(7, 7), u64(8, 8)]);
  });
});

describe('taking turns', () => {
  it('an easy job is not stuck behind a hard one of another link', () => {
    const ended = answers(workbenchWith(hopeless(1, 1000), easy(2)), 2);
    expect(ended.map((answer) => answer?.number)).toEqual([undefined, 1]);
  });

  it('a link with several jobs gets no more turns than one with a single job', () => {
    const many = [hopeless(1, 100), offer(1), offer(1)];
    const ended = answers(workbenchWith(...many, hopeless(2, 3)), 6);
    expect(ended.findIndex((answer) => answer?.number === 3)).toBe(5);
  });

  it('the jobs of one link take turns among each other', () => {
    const ended = answers(workbenchWith(offer(1), easy(1)), 2);
    expect(ended.map((answer) => answer?.number)).toEqual([undefined, 1]);
  });

  it('a link that comes later waits for one round only', () => {
    const workbench = workbenchWith(hopeless(1, 100), hopeless(2, 100));
    workbench.step();
    workbench.carryOut({ kind: 'start', number: 9, job: easy(3) });
    expect(answers(workbench, 3).map((answer) => answer?.number)).toEqual([
      undefined,
      undefined,
      9,
    ]);
  });
});

describe('a second nonce job of a link', () => {
  it('takes the place of the first, which is not answered', () => {
    const workbench = workbenchWith(hopeless(1, 2), easy(1));
    expect(workbench.step()?.number).toBe(1);
    expect(workbench.isIdle).toBe(true);
  });

  it('leaves offers of the link alone', () => {
    const workbench = workbenchWith(offer(1), easy(1));
    expect(answers(workbench, 2).map((answer) => answer?.number)).toEqual([undefined, 1]);
    expect(workbench.isIdle).toBe(false);
  });

  it('leaves other links alone', () => {
    const workbench = workbenchWith(easy(2), easy(1), easy(1));
    expect(answers(workbench, 2).map((answer) => answer?.number)).toEqual([0, 2]);
  });

  it('is charged with the hashes of the first', () => {
    const workbench = workbenchWith(hopeless(1, 100));
    answers(workbench, 3);
    workbench.carryOut({ kind: 'start', number: 7, job: hopeless(1, 5) });
    expect(answers(workbench, 2)[1]).toEqual({ number: 7, nonce: undefined });
  });

  it('is charged with the hashes of the first also if that was answered', () => {
    const workbench = workbenchWith(hopeless(1, 3));
    answers(workbench, 3);
    workbench.carryOut({ kind: 'start', number: 7, job: hopeless(1, 3) });
    expect(workbench.step()).toEqual({ number: 7, nonce: undefined });
  });

  it('is not charged with the hashes of another link', () => {
    const workbench = workbenchWith(hopeless(1, 3));
    answers(workbench, 3);
    workbench.carryOut({ kind: 'start', number: 7, job: hopeless(2, 3) });
    expect(answers(workbench, 3).map((answer) => answer?.number)).toEqual([
      undefined,
      undefined,
      7,
    ]);
  });
});

describe('cancelling a link', () => {
  const cancel = { kind: 'cancel', link: 1 } as const;

  it('ends its jobs without an answer', () => {
    const workbench = workbenchWith(offer(1), easy(1), offer(1));
    workbench.carryOut(cancel);
    expect([workbench.isIdle, workbench.step()]).toEqual([true, undefined]);
  });

  it('works in the middle of a search', () => {
    const workbench = workbenchWith(hopeless(1, 2));
    workbench.step();
    workbench.carryOut(cancel);
    expect(workbench.isIdle).toBe(true);
  });

  it('leaves other links alone', () => {
    const workbench = workbenchWith(hopeless(1, 100), easy(2));
    workbench.carryOut(cancel);
    expect(workbench.step()?.number).toBe(1);
  });

  it('means nothing for a link without jobs', () => {
    const workbench = workbenchWith(easy(2));
    workbench.carryOut(cancel);
    expect(workbench.isIdle).toBe(false);
  });

  it('forgets the hashes that the link has taken', () => {
    const workbench = workbenchWith(hopeless(1, 3));
    answers(workbench, 3);
    workbench.carryOut(cancel);
    workbench.carryOut({ kind: 'start', number: 7, job: hopeless(1, 3) });
    expect(answers(workbench, 3)).toEqual([undefined, undefined, { number: 7, nonce: undefined }]);
  });
});

describe('the links whose hashes are counted', () => {
  it('are 256 at most: the others are open or gone and cancelled', () => {
    const jobs = Array.from({ length: 256 }, (_, link) => easy(link));
    const workbench = workbenchWith(...jobs);
    const oneMore = { kind: 'start', number: 256, job: easy(256) } as const;
    expect(() => workbench.carryOut(oneMore)).toThrow(AssertionError);
  });

  it('do not include those that were cancelled', () => {
    const jobs = Array.from({ length: 256 }, (_, link) => easy(link));
    const workbench = workbenchWith(...jobs);
    workbench.carryOut({ kind: 'cancel', link: 3 });
    const oneMore = { kind: 'start', number: 256, job: easy(256) } as const;
    expect(() => workbench.carryOut(oneMore)).not.toThrow();
  });

  it('do not include those that only have offers', () => {
    const jobs = Array.from({ length: 256 }, (_, link) => easy(link));
    expect(() => workbenchWith(...jobs, offer(256))).not.toThrow();
  });
});

/** Ends without a nonce in as many slices: from 0 on, none of the nonces tried here has 31 zero bits. */
function hopeless(link: number, slices: number): Job & { kind: 'nonce' } {
  return { kind: 'nonce', link, challenge: CHALLENGE, difficulty: 31, hashesMax: slices * 2 ** 16 };
}

/** Ends in the first slice. */
function easy(link: number): Job & { kind: 'nonce' } {
  return { kind: 'nonce', link, challenge: CHALLENGE, difficulty: 4, hashesMax: 2 ** 16 };
}

/** Takes more than four slices. */
function offer(link: number): Job {
  return { kind: 'offer', link, challenge: CHALLENGE, text: TEXT };
}

function workbenchWith(...jobs: Job[]): Workbench {
  const workbench = new Workbench(() => START);
  jobs.forEach((job, number) => workbench.carryOut({ kind: 'start', number, job }));
  return workbench;
}

function answers(workbench: Workbench, steps: number): ReturnType<Workbench['step']>[] {
  return Array.from({ length: steps }, () => workbench.step());
}
