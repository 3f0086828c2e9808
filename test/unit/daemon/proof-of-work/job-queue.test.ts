import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../../src/basics/assert.ts';
import { u64 } from '../../../../src/basics/integers.ts';
import {
  JobQueue,
  PORTION_HASHES,
  type HandedOut,
} from '../../../../src/daemon/proof-of-work/job-queue.ts';
import type { Job } from '../../../../src/daemon/proof-of-work/jobs.ts';

const CHALLENGE = u64(1, 2);
const PORTION = PORTION_HASHES.nonce;

describe('a queue', () => {
  it('has nothing to hand out without jobs', () => {
    expect(new JobQueue().next()).toBeUndefined();
  });

  it('hands a hard job out in portions', () => {
    const queue = queueWith(nonce(1, 2.5 * PORTION));
    const portions = take(queue, 4).map((portion) => portion?.hashesMax);
    expect(portions).toEqual([PORTION, PORTION, PORTION / 2, undefined]);
  });

  it('hands an offer out again and again until it is proven', () => {
    const portions = take(queueWith(offer(1)), 100).map((portion) => portion?.hashesMax);
    expect(portions).toEqual(Array(100).fill(PORTION_HASHES.offer));
  });

  it('does not hand out a job that is answered', () => {
    const queue = queueWith(nonce(1));
    queue.end(queue.next()!.task);
    expect([queue.next(), queue.links]).toEqual([undefined, 0]);
  });

  it('counts links, not jobs', () => {
    expect(queueWith(nonce(1), offer(1), offer(2)).links).toBe(2);
  });

  it('lets a job be answered once', () => {
    const queue = queueWith(nonce(1));
    const [one, other] = [queue.next()!, queue.next()!];
    expect([queue.end(one.task), queue.end(other.task)]).toEqual([true, false]);
  });
});

describe('taking turns', () => {
  it('an easy job is not stuck behind a hard one of another link', () => {
    expect(linksOf(take(queueWith(nonce(1), nonce(2)), 2))).toEqual([1, 2]);
  });

  it('a link with several jobs gets no more turns than one with a single job', () => {
    const queue = queueWith(offer(1), offer(1), nonce(1), nonce(2));
    expect(linksOf(take(queue, 6))).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it('the jobs of one link take turns among each other', () => {
    const queue = queueWith(offer(1), nonce(1));
    const kinds = take(queue, 4).map((portion) => portion?.job.kind);
    expect(kinds).toEqual(['offer', 'nonce', 'offer', 'nonce']);
  });

  it('a link that comes later waits for one round only', () => {
    const queue = queueWith(nonce(1), nonce(2));
    take(queue, 3);
    queue.add(nonce(3));
    expect(linksOf(take(queue, 3))).toEqual([2, 1, 3]);
  });

  it('a link does not gain a turn by a new challenge', () => {
    const queue = queueWith(nonce(1), nonce(2), nonce(3));
    queue.next();
    queue.add(nonce(1));
    expect(linksOf(take(queue, 3))).toEqual([2, 3, 1]);
  });

  it('a link whose hashes are all handed out is passed over', () => {
    const queue = queueWith(nonce(1, 10), nonce(2));
    expect(linksOf(take(queue, 4))).toEqual([1, 2, 2, 2]);
  });
});

describe('a second nonce job of a link', () => {
  it('takes the place of the first, which nobody wants any more', () => {
    const queue = queueWith(nonce(1));
    const { task } = queue.next()!;
    queue.add(nonce(1));
    expect([task.isWanted, queue.end(task)]).toEqual([false, false]);
  });

  it('leaves offers of the link alone', () => {
    const queue = queueWith(offer(1), nonce(1), nonce(1));
    const kinds = take(queue, 3).map((portion) => portion?.job.kind);
    expect(kinds).toEqual(['offer', 'nonce', 'offer']);
  });

  it('is charged with the hashes of the first', () => {
    const queue = queueWith(nonce(1, 100));
    queue.settle(queue.next()!, 100);
    queue.add(nonce(1, 130));
    expect(queue.next()?.hashesMax).toBe(30);
  });

  it('is charged with the hashes of the first also if that was answered', () => {
    const queue = queueWith(nonce(1, 100));
    const portion = queue.next()!;
    queue.settle(portion, 60);
    queue.end(portion.task);
    queue.add(nonce(1, 130));
    expect(queue.next()?.hashesMax).toBe(70);
  });

  it('is not charged with the hashes of another link', () => {
    const queue = queueWith(nonce(1, 100));
    queue.settle(queue.next()!, 100);
    queue.add(nonce(2, 130));
    expect(queue.next()?.hashesMax).toBe(130);
  });
});

describe('the bound on the hashes of a link', () => {
  it('holds for several workers on one job together', () => {
    const portions = take(queueWith(nonce(1, 3 * PORTION + 7)), 10);
    const handedOut = portions.reduce((sum, portion) => sum + (portion?.hashesMax ?? 0), 0);
    expect(handedOut).toBe(3 * PORTION + 7);
  });

  it('does not count what a portion did not use', () => {
    const queue = queueWith(nonce(1, 100));
    queue.settle(queue.next()!, 40);
    expect(queue.next()?.hashesMax).toBe(60);
  });

  it('exhausts a job when the last portion has ended', () => {
    const queue = queueWith(nonce(1, PORTION + 1));
    const portions = take(queue, 2) as HandedOut[];
    queue.settle(portions[1]!, 1);
    expect(queue.exhausted()).toEqual([]);
    queue.settle(portions[0]!, PORTION);
    expect(queue.exhausted()).toEqual([portions[0]!.task]);
  });

  it('waits for portions of a job that was replaced: they may leave some', () => {
    const queue = queueWith(nonce(1, 100));
    const first = queue.next()!;
    queue.add(nonce(1, 100));
    expect([queue.next(), queue.exhausted()]).toEqual([undefined, []]);
    queue.settle(first, 1);
    expect(queue.next()?.hashesMax).toBe(99);
  });

  it('may be exhausted before a job has begun', () => {
    const queue = queueWith(nonce(1, 0));
    expect([queue.next(), queue.exhausted().length]).toEqual([undefined, 1]);
  });

  it('does not exist for offers', () => {
    const queue = queueWith(offer(1));
    queue.settle(queue.next()!, PORTION_HASHES.offer);
    expect(queue.exhausted()).toEqual([]);
  });
});

describe('cancelling a link', () => {
  it('drops its jobs', () => {
    const queue = queueWith(offer(1), nonce(1), offer(1));
    const { task } = queue.next()!;
    queue.cancel(1);
    expect([task.isWanted, queue.next(), queue.links]).toEqual([false, undefined, 0]);
  });

  it('leaves other links alone', () => {
    const queue = queueWith(nonce(1), nonce(2));
    queue.cancel(1);
    expect(linksOf([queue.next()])).toEqual([2]);
  });

  it('means nothing for a link without jobs', () => {
    const queue = queueWith(nonce(2));
    queue.cancel(1);
    expect(queue.links).toBe(1);
  });

  it('forgets the hashes that the link has taken', () => {
    const queue = queueWith(nonce(1, 100));
    queue.settle(queue.next()!, 100);
    queue.cancel(1);
    queue.add(nonce(1, 100));
    expect(queue.next()?.hashesMax).toBe(100);
  });

  it('keeps portions that are still out from counting for what comes after', () => {
    const queue = queueWith(nonce(1, 100));
    const before = queue.next()!;
    queue.cancel(1);
    queue.add(nonce(1, 100));
    queue.settle(before, 1);
    expect([queue.next()?.hashesMax, queue.next()]).toEqual([100, undefined]);
  });
});

describe('the bound on links', () => {
  it('is 256 with nonce jobs: the others are open or gone and cancelled', () => {
    const queue = queueWith(...Array.from({ length: 256 }, (_, link) => nonce(link)));
    expect(() => queue.add(nonce(256))).toThrow(AssertionError);
  });

  it('counts links whose job is answered until they are cancelled', () => {
    const queue = queueWith(...Array.from({ length: 256 }, (_, link) => nonce(link)));
    queue.end(queue.next()!.task);
    expect(() => queue.add(nonce(256))).toThrow(AssertionError);
  });

  it('does not count those that were cancelled', () => {
    const queue = queueWith(...Array.from({ length: 256 }, (_, link) => nonce(link)));
    queue.cancel(3);
    expect(() => queue.add(nonce(256))).not.toThrow();
  });

  it('does not count a new challenge of the same link', () => {
    const queue = queueWith(...Array.from({ length: 256 }, (_, link) => nonce(link)));
    for (let i = 0; i < 16; i++) queue.add(nonce(3));
    expect(queue.tasks('nonce')).toHaveLength(256);
  });
});

describe('the bound on offers', () => {
  it('is 8, on one link or on many', () => {
    const queue = queueWith(...Array.from({ length: 8 }, (_, i) => offer(i % 5)));
    expect(() => queue.add(offer(9))).toThrow(AssertionError);
  });

  it('leaves room for a nonce job of every link', () => {
    const queue = queueWith(...Array.from({ length: 8 }, (_, link) => offer(link)));
    for (let link = 0; link < 256; link++) queue.add(nonce(link));
    expect(queue.links).toBe(256);
  });

  it('does not count those that are proven', () => {
    const queue = queueWith(...Array.from({ length: 8 }, (_, link) => offer(link)));
    queue.end(queue.next()!.task);
    expect(() => queue.add(offer(9))).not.toThrow();
  });
});

function nonce(link: number, hashesMax = 2 ** 40): Job {
  return { kind: 'nonce', link, challenge: CHALLENGE, difficulty: 31, hashesMax };
}

function offer(link: number): Job {
  return { kind: 'offer', link, challenge: CHALLENGE, text: Uint8Array.of(1, 2, 3) };
}

function queueWith(...jobs: Job[]): JobQueue {
  const queue = new JobQueue();
  for (const job of jobs) queue.add(job);
  return queue;
}

function take(queue: JobQueue, count: number): (HandedOut | undefined)[] {
  return Array.from({ length: count }, () => queue.next());
}

function linksOf(portions: readonly (HandedOut | undefined)[]): (number | undefined)[] {
  return portions.map((portion) => portion?.job.link);
}
