/** What the peer book knows of one address. */
import type { Address, Scope } from '../../wire/address.ts';
import type { Instant } from '../settings.ts';

/** After so many dials in a row without a peer an address has no claim to its place. Bitcoin Core: `ADDRMAN_RETRIES`. */
const MISSES_MAX = 3;

export interface BookEntry {
  readonly address: Address;
  /** The address as text: its key. */
  readonly key: string;
  readonly scope: Scope;
  readonly group: string;
  /** Whether the operator named it; then it is never forgotten. */
  isConfigured: boolean;
  /** Whether it is kept although it has no place, because a link to it was lost. */
  isHeld: boolean;
  /** This node itself: never dialled. */
  isSelf: boolean;
  /** Sites of those who told of it, in the order of their places in `new`; kept once it is tried. */
  sources: readonly string[];
  /** Its places in `new`, one for each source; none once it is tried. */
  newPlaces: readonly number[];
  triedPlace: number | undefined;
  /** Dials in a row that came to no lasting link: what the pause before the next follows from. */
  failures: number;
  /** Not dialled before this. */
  notBefore: Instant;
  /** Dials in a row on which no peer has shown itself. */
  misses: number;
  /** Whether the last dial from here failed in any way; such an address is offered to nobody. */
  hasFailedLast: boolean;
  /** Whether the last dial got a TCP connection; undefined before the first has ended. */
  hasAnswered: boolean | undefined;
}

/** Whether another address may have its place. */
export function isHopeless({ misses }: BookEntry): boolean {
  return misses >= MISSES_MAX;
}

/** Whether it is known at all for a reason that does not depend on its places. */
export function isKept({ isConfigured, isHeld, isSelf }: BookEntry): boolean {
  return isConfigured || isHeld || isSelf;
}
