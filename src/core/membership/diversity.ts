/**
 * Different peers first. What one person can have is many addresses of one netgroup, and what one peer can tell of
 * is only people of its own. So links that this node dials go to netgroups in which it has none, and no more than
 * half of them to addresses that only one and the same peer told of, while there are others to be dialled. If not,
 * any will do: all nodes of one house are in one netgroup, and all that a newcomer knows comes from one peer.
 *
 * On loopback there is one person only, who means it.
 */
import type { Address } from '../../wire/address.ts';
import { outboundTarget, type Settings } from '../settings.ts';
import type { Candidate } from './surroundings.ts';

/** What speaks against dialling an address; less is better. */
const Objection = { none: 0, sameGroup: 1, sameSource: 2 } as const;
type Objection = (typeof Objection)[keyof typeof Objection];

export class Diversity {
  readonly #perSourceMax: number;
  readonly #groups = new Set<string>();
  /** Links to addresses that only one source told of, by source. */
  readonly #bySource = new Map<string, number>();

  /** `outbound`: where this node has links that it dialled, or tries to get one. */
  constructor(options: {
    readonly settings: Settings;
    readonly outbound: Iterable<Address>;
    readonly find: (address: Address) => Candidate | undefined;
  }) {
    this.#perSourceMax = Math.max(1, Math.floor(outboundTarget(options.settings) / 2));
    for (const address of options.outbound) {
      const entry = options.find(address);
      if (entry !== undefined) this.#take(entry);
    }
  }

  /** The candidates, those first against which least speaks once those before them are taken. */
  *bestFirst(candidates: readonly Candidate[]): Iterable<Candidate> {
    const left = [...candidates];
    while (left.length > 0) {
      const [best] = left.splice(this.#bestOf(left), 1);
      this.#take(best!);
      yield best!;
    }
  }

  #bestOf(candidates: readonly Candidate[]): number {
    let best = 0;
    let least: number = Number.POSITIVE_INFINITY;
    for (const [i, candidate] of candidates.entries()) {
      const objection = this.#objectionTo(candidate);
      if (objection === Objection.none) return i;
      if (objection < least) [best, least] = [i, objection];
    }
    return best;
  }

  #objectionTo(candidate: Candidate): Objection {
    if (candidate.scope === 'loopback') return Objection.none;
    const source = onlySourceOf(candidate);
    if (source !== undefined && (this.#bySource.get(source) ?? 0) >= this.#perSourceMax) {
      return Objection.sameSource;
    }
    return this.#groups.has(candidate.group) ? Objection.sameGroup : Objection.none;
  }

  #take(candidate: Candidate): void {
    this.#groups.add(candidate.group);
    const source = onlySourceOf(candidate);
    if (source !== undefined) this.#bySource.set(source, (this.#bySource.get(source) ?? 0) + 1);
  }
}

/** The site of the only peer that told of an address; undefined if there were several, or the operator named it. */
export function onlySourceOf({ isConfigured, sources }: Candidate): string | undefined {
  return isConfigured || sources.length !== 1 ? undefined : sources[0];
}
