/**
 * What a node remembers over a restart: which messages it has seen, so that no program is told of one again,
 * and how long ago it first started, so that it takes nothing from before.
 */
import type { Millis } from './settings.ts';

export interface StoredState {
  /** The key under which messages are told apart; the records mean nothing without it. */
  readonly secret: readonly [number, number];
  /** What was seen, in the layout of dissemination/seen-records.ts. */
  readonly records: Uint8Array;
  /** How long ago the node started for the very first time; undefined: not known. Never negative. */
  readonly firstStartedAgoMs?: Millis | undefined;
}

/** What was stored, and how long ago: everything in it has become so much older. */
export interface LoadedState extends StoredState {
  readonly storedAgoMs: Millis;
}
