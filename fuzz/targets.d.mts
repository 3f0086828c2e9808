import type { Target } from './campaign.mjs';

/** The code under test, by the names under which `src` exports it. */
export type Code = typeof import('../src/basics/random.ts') &
  typeof import('../src/core/gossip-node.ts') &
  typeof import('../src/core/settings.ts') &
  typeof import('../src/daemon/config/config.ts') &
  typeof import('../src/wire/address.ts') &
  typeof import('../src/wire/api-messages.ts') &
  typeof import('../src/wire/offer-text.ts') &
  typeof import('../src/wire/peer-messages.ts');

export declare function createTargets(code: Code): Target[];
