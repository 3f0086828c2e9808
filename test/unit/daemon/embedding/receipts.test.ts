import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkWithin, Receipts } from '../../../../src/daemon/embedding/receipts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SPREAD = { receipt: 7, sent: 3, named: 1, links: 5 };

describe('a receipt', () => {
  it('is there at once when all are known to have it', async () => {
    const receipts = new Receipts(() => 4);
    expect(await receipts.wait(SPREAD, 1_000)).toEqual({ sentTo: 3, namedTo: 1, known: 4 });
  });

  it('is there as soon as all are known to have it', async () => {
    let known = 0;
    const receipts = new Receipts(() => known);
    const receipt = receipts.wait(SPREAD, 60_000);
    known = 4;
    await vi.advanceTimersByTimeAsync(10);
    expect([await receipt, receipts.size]).toEqual([{ sentTo: 3, namedTo: 1, known: 4 }, 0]);
  });

  it('says how many are known to have it when the time is over', async () => {
    const receipts = new Receipts(() => 2);
    const receipt = receipts.wait(SPREAD, 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await receipt, receipts.size]).toEqual([{ sentTo: 3, namedTo: 1, known: 2 }, 0]);
  });

  it('is not waited for at all with a time of 0', async () => {
    const receipts = new Receipts(() => 2);
    expect(await receipts.wait(SPREAD, 0)).toMatchObject({ known: 2 });
  });

  it('keeps what was known when the core has forgotten it', async () => {
    let known: number | undefined = 2;
    const receipts = new Receipts(() => known);
    const receipt = receipts.wait(SPREAD, 1_000);
    known = undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await receipt).toMatchObject({ known: 2 });
  });

  it('never counts more peers than were given it', async () => {
    expect(await new Receipts(() => 9).wait(SPREAD, 1_000)).toMatchObject({ known: 4 });
  });

  it('is refused if there was no link', async () => {
    const receipt = new Receipts(() => 0).wait({ ...SPREAD, sent: 0, named: 0, links: 0 }, 1_000);
    await expect(receipt).rejects.toMatchObject({ code: 'no-peers' });
  });

  it('is given up, with what is known, when the node closes', async () => {
    const receipts = new Receipts(() => 1);
    const receipt = receipts.wait(SPREAD, 60_000);
    receipts.close();
    expect([await receipt, vi.getTimerCount()]).toEqual([{ sentTo: 3, namedTo: 1, known: 1 }, 0]);
  });
});

describe('the time to wait for a receipt', () => {
  it.each([[0], [1], [60_000]])('may be %j', (within) => {
    expect(() => checkWithin(within)).not.toThrow();
  });

  it.each([[-1], [60_001], [1.5], [Number.NaN], ['10'], [null]])('may not be %j', (within) => {
    expect(() => checkWithin(within)).toThrow('withinMillis');
  });
});
