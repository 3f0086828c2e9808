/**
 * The peers to which this node has had links of its own choice for longest. The next life dials them first: who
 * was honest for so long is hardly one who waited for this node to start anew.
 */
import { addressEquals, type Address } from '../../wire/address.ts';
import type { Neighbour } from './surroundings.ts';

/** As many as Bitcoin Core keeps. More would hand over more to whoever has got hold of one. */
export const ANCHORS_MAX = 2;

export class Anchors {
  #anchors: readonly Address[] = [];
  #revision = 0;

  /** The one that is linked for longest first. */
  get addresses(): readonly Address[] {
    return this.#anchors;
  }

  /** Grows whenever they change. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * Links have opened or ended. Whoever is not linked any more is kept until others are: when all links are gone,
   * because this node or its network stops, the last ones are still the best.
   */
  update(open: readonly Neighbour[]): void {
    const linked = open
      .filter(({ dialled }) => dialled !== undefined)
      .toSorted((a, b) => a.openedAt! - b.openedAt!)
      .map(({ dialled }) => dialled!);
    const gone = this.#anchors.filter((old) => !linked.some((one) => addressEquals(one, old)));
    const anchors = [...linked, ...gone].slice(0, ANCHORS_MAX);
    const isSame =
      anchors.length === this.#anchors.length &&
      anchors.every((one, i) => addressEquals(one, this.#anchors[i]!));
    if (isSame) return;
    this.#anchors = anchors;
    this.#revision++;
  }
}
