/**
 * The babbler greets in ways that no version of hearsay does: a version and features that nobody knows, or a window
 * and interests that contradict what it does. `plan.rate` times a second it greets somebody a second time, or speaks
 * before it has greeted, and so loses a link; the real core dials again.
 */
import type { Effect } from '../../core/effects.ts';
import { TYPES_MAX, type PeerHello } from '../../wire/extension-messages.ts';
import { beating } from './beating.ts';
import { say, type RoleMaker } from './role.ts';

const GREETINGS: readonly PeerHello[] = [
  { version: 255, historySeconds: 0xffff, features: 0xffff_ffff, interest: 'many' },
  { version: 0, historySeconds: 0, features: 0, interest: [] },
  { version: 2, historySeconds: 1, features: 0xffff_fffe, interest: allTypes() },
].map((greeting) => ({ kind: 'peer-hello', ...greeting }) as PeerHello);

export const makeBabbler: RoleMaker = (context, now) => {
  const { links, random } = context;
  const again = (): readonly Effect[] => {
    const link = random.pick([...links.ids()]);
    return link === undefined ? [] : say([link], random.pick(GREETINGS)!);
  };
  const babbling = beating(context, now, again);
  return {
    handle: (input, at) => babbling.handle(input, at).map(babbled),
    nextDeadline: () => babbling.nextDeadline(),
  };

  function babbled(effect: Effect): Effect {
    if (effect.kind !== 'send' || effect.message.kind !== 'peer-hello') return effect;
    return { ...effect, message: random.pick(GREETINGS)! };
  }
};

function allTypes(): readonly number[] {
  return Array.from({ length: TYPES_MAX }, (_, type) => type);
}
