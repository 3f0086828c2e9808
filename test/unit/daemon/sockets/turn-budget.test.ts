import { describe, expect, it } from 'vitest';
import { READ_BYTES_MAX, TurnBudget } from '../../../../src/daemon/sockets/turn-budget.ts';

function budget(): TurnBudget {
  return new TurnBudget({ readsPerTurn: 3, heldTurns: 2 });
}

describe('the budget of a turn', () => {
  it('is spent by so many full reads in a row, time and again', () => {
    const turn = budget();
    const spent = Array.from({ length: 6 }, () => turn.isSpentBy(READ_BYTES_MAX));
    expect(spent).toEqual([false, false, true, false, false, true]);
  });

  it('is whole again after a read that was not full', () => {
    const turn = budget();
    const reads = [READ_BYTES_MAX, READ_BYTES_MAX, READ_BYTES_MAX - 1, READ_BYTES_MAX];
    expect(reads.map((bytes) => turn.isSpentBy(bytes))).toEqual([false, false, false, false]);
  });

  it('lets writes be held back for some turns in a row', () => {
    const turn = budget();
    expect([turn.mayHold(), turn.mayHold(), turn.mayHold(), turn.mayHold()]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  it('counts those turns anew once there is less to read', () => {
    const turn = budget();
    turn.mayHold();
    turn.onQuiet();
    expect([turn.mayHold(), turn.mayHold()]).toEqual([true, true]);
  });
});
