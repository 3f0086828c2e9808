/**
 * Keys without keys: what TLS would show on a link of this virtual world. Every node that is to have one has an
 * identity that its index and the seed give it, the same in all its lives; every connection has challenges of its own.
 */
import { u64 } from '../basics/integers.ts';
import type { Secured } from '../core/inputs.ts';
import type { PeerIdentity } from '../core/settings.ts';
import { scramble } from './latency.ts';

const CHALLENGES = 16;
const IDENTITY_WORDS = 8;

/** 64 hexadecimal digits that look like any others. */
export function identityFor(seed: number, node: number): PeerIdentity {
  const words = Array.from({ length: IDENTITY_WORDS }, (_, i) =>
    scramble(scramble(seed ^ Math.imul(i + 1, 0x9e37_79b1)) ^ Math.imul(node + 1, 0x85eb_ca6b)),
  );
  return words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** What one end of a connection knows of the other; `channel` is a number that no other connection has. */
export function securedBy(
  identity: PeerIdentity | undefined,
  channel: number,
): Secured | undefined {
  if (identity === undefined) return undefined;
  const challenges = Array.from({ length: CHALLENGES }, (_, round) =>
    u64(channel, scramble(round + 1)),
  );
  return { identity, challenges };
}
