/**
 * The puller asks all its neighbours for everything that it has heard of, `plan.rate` times a second, whether it
 * has it or not: sixteen bytes for up to 64 KiB.
 */
import type { MessageDigest } from '../../wire/digest.ts';
import { DIGESTS_MAX } from '../../wire/extension-messages.ts';
import { beating } from './beating.ts';
import { namedIn, say, type RoleMaker } from './role.ts';

export const makePuller: RoleMaker = (context, now) => {
  const { links, proofs } = context;
  /** The last it has heard of: as many as fit into one 523. */
  const known = new Set<MessageDigest>();
  const ask = () => {
    if (known.size === 0) return [];
    return say(links.extended(), { kind: 'peer-want', digests: [...known] });
  };
  return beating(context, now, ask, {
    learn(input) {
      for (const { digest } of namedIn(input, proofs)) known.add(digest);
      for (const digest of known) {
        if (known.size <= DIGESTS_MAX) return;
        known.delete(digest);
      }
    },
  });
};
