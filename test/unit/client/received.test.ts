import { describe, expect, it } from 'vitest';
import { Answer, type Verdict } from '../../../src/client/received.ts';
import { receivedItem } from './fakes.ts';

const ACCEPT = '000801f700070001';
const REJECT = '000801f700070000';

/** What the node hears when the subscriptions of one client say this, in this order. */
function heard(...verdicts: Verdict[]): string[] {
  const sent: string[] = [];
  const channel = {
    isOpen: true,
    post: (frame: Uint8Array) => void sent.push(Buffer.from(frame).toString('hex')),
  };
  const answer = new Answer(7, channel, 3);
  for (const verdict of verdicts) answer.give(verdict);
  return sent;
}

describe('an item', () => {
  it.each([
    ['accept', [ACCEPT]],
    ['reject', [REJECT]],
    ['ignore', []],
  ] as const)('that is answered with %s sends %j', (verdict, expected) => {
    const { item, sent } = receivedItem(7);
    item[verdict]();
    expect(sent).toEqual(expected);
  });

  it('is answered once: later answers do not count, and say so', () => {
    const { item, sent } = receivedItem(7);
    const counted = [item.ignore(), item.accept(), item.reject()];
    expect([counted, sent]).toEqual([[true, false, false], []]);
  });

  it('cannot be answered when its connection is over', () => {
    const sent: Uint8Array[] = [];
    const answer = new Answer(7, { isOpen: false, post: (frame) => void sent.push(frame) }, 1);
    expect([answer.give('accept'), sent]).toEqual([false, []]);
  });
});

describe('the answer of several subscriptions', () => {
  it.each<[Verdict[], string[]]>([
    [['accept', 'accept'], []],
    [['accept', 'accept', 'accept'], [ACCEPT]],
    [['ignore', 'accept', 'ignore'], [ACCEPT]],
    [['accept', 'reject'], [REJECT]],
    [['reject', 'accept', 'accept'], [REJECT]],
    [['reject', 'reject'], [REJECT]],
    [['ignore', 'ignore', 'ignore'], []],
    [['ignore', 'ignore', 'reject'], [REJECT]],
  ])('of which three are asked and %j is said, sends %j', (verdicts, expected) => {
    expect(heard(...verdicts)).toEqual(expected);
  });
});
