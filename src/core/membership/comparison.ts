/**
 * What the links that this node dialled bring, beside one more that it has for a while: how many announcements that
 * were new here and that nobody refused. A peer that passes nothing on cannot be told from one that has nothing to
 * say; but if another one brings plenty meanwhile, its place is better given to that one.
 *
 * Near peers bring more than distant ones, and whoever wants to be a node's only company could be near. So a link goes
 * only if it brought hardly anything beside plenty, twice in a row, and beside two different newcomers.
 */
import type { LinkId } from '../inputs.ts';
import type { Neighbour } from './surroundings.ts';

/** A newcomer that brought fewer says nothing about the others. A guess. */
const PLENTY = 16;
/** Hardly anything is one for so many of the newcomer's. A guess. */
const SHARE = 8;
/** So often in a row. */
const ROUNDS = 2;

export class Comparison {
  readonly #broughtBy: (link: LinkId) => number;
  /** What each link had brought when the newcomer came; as many as there are links. */
  #before = new Map<LinkId, number>();
  /** How often in a row a link was found wanting; only links of the last comparison. */
  #wanting = new Map<LinkId, number>();

  /** `broughtBy`: announcements that were new and not refused, since the link has opened. */
  constructor(broughtBy: (link: LinkId) => number) {
    this.#broughtBy = broughtBy;
  }

  /** A newcomer's link has opened beside these. */
  begin(others: readonly Neighbour[]): void {
    this.#before = new Map(others.map(({ id }) => [id, this.#broughtBy(id)]));
  }

  /** The newcomer's time is over: which of the others should go in its place, if any. */
  end(newcomer: Neighbour, others: readonly Neighbour[]): Neighbour | undefined {
    const plenty = this.#broughtBy(newcomer.id);
    if (plenty < PLENTY) return undefined;
    const wanting = new Map<LinkId, number>();
    let chosen: Neighbour | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const link of others) {
      const before = this.#before.get(link.id);
      const brought = this.#broughtBy(link.id) - (before ?? 0);
      if (before === undefined || brought * SHARE > plenty) continue;
      const rounds = (this.#wanting.get(link.id) ?? 0) + 1;
      wanting.set(link.id, rounds);
      if (rounds >= ROUNDS && brought < least) [chosen, least] = [link, brought];
    }
    this.#wanting = wanting;
    return chosen;
  }
}
