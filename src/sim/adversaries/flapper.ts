/**
 * The flapper changes its mind, `plan.rate` times a second: all types interest it, or none; it wants all of what it
 * was sent pushed, or nothing.
 */
import type { Effect } from '../../core/effects.ts';
import type { MessageDigest } from '../../wire/digest.ts';
import { DIGESTS_MAX } from '../../wire/extension-messages.ts';
import { beating } from './beating.ts';
import { namedIn, say, type RoleMaker } from './role.ts';

export const makeFlapper: RoleMaker = (context, now) => {
  const { links, proofs } = context;
  let digests: MessageDigest[] = [];
  let isEager = false;
  const change = (): readonly Effect[] => {
    isEager = !isEager;
    const all = links.extended();
    const interest = say(all, { kind: 'peer-interest', interest: isEager ? 'many' : [] });
    if (digests.length === 0) return interest;
    const kind = isEager ? 'peer-push' : 'peer-dont-want';
    return [...interest, ...say(all, { kind, digests })];
  };
  return beating(context, now, change, {
    learn(input) {
      const named = namedIn(input, proofs).map(({ digest }) => digest);
      if (named.length > 0) digests = [...digests, ...named].slice(-DIGESTS_MAX);
    },
  });
};
