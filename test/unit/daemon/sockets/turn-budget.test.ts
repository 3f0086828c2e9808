import { describe, expect, it } from 'vitest';
import {
  READ_BYTES_MAX,
  READ_BYTES_MIN,
  TurnBudget,
} from '../../../../src/daemon/sockets/turn-budget.ts';

function budget(): TurnBudget {
  return new TurnBudget({ readsPerTurn: 3, heldTurns: 2 });
}

describe('the budget of a turn', () => {
  it('is spent by so many full reads, time and again', () => {
    const turn = budget();
    const spent = Array.from({ length: 6 }, () => turn.isSpentBy(READ_BYTES_MAX, 1));
    expect(spent).toEqual([false, false, true, false, false, true]);
  });

  it('is spent by as many bytes in smaller reads, as TLS brings them', () => {
    const turn = budget();
    const spent = Array.from({ length: 192 }, () => turn.isSpentBy(1_024, 1));
    expect(spent.indexOf(true)).toBe(191);
  });

  it('is spent by reads of almost nothing too', () => {
    const turn = budget();
    const spent = Array.from({ length: 768 }, () => turn.isSpentBy(1, 1));
    expect(spent.indexOf(true)).toBe((3 * READ_BYTES_MAX) / READ_BYTES_MIN - 1);
  });

  it('is whole again in the next turn', () => {
    const turn = budget();
    const turns = [1, 1, 2, 2, 3];
    expect(turns.map((number) => turn.isSpentBy(READ_BYTES_MAX, number))).not.toContain(true);
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
