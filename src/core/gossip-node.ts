/** One node of the overlay: the protocol without sockets, clocks or threads. (Under construction.) */
import type { Random } from '../basics/random.ts';
import type { Effect } from './effects.ts';
import type { Input } from './inputs.ts';
import type { Instant, Proofs, Settings } from './settings.ts';

export interface GossipNodeOptions {
  readonly settings: Settings;
  readonly random: Random;
  readonly proofs: Proofs;
}

export class GossipNode {
  constructor(_options: GossipNodeOptions) {}

  handle(_input: Input, _now: Instant): readonly Effect[] {
    return [];
  }

  nextDeadline(): Instant | undefined {
    return undefined;
  }
}
