/**
 * Which message ID whom a message is put to. IDs are random, 1 … 65,535, and free on a connection: nobody
 * owes an answer under them there, and they are not at rest after a time-out.
 *
 * Usually one ID is free for everybody, and then one encoded notification serves them all.
 */
import type { Random } from '../../basics/random.ts';
import type { Instant } from '../settings.ts';
import { Audience } from './audience.ts';
import type { Rounds } from './round.ts';
import type { Subscriber } from './subscriber.ts';

/** Programs that get the same message under the same ID. */
export interface Party {
  readonly messageId: number;
  readonly audience: Audience;
}

/** Message IDs are 1 … 65,535. */
const MESSAGE_IDS = 65_535;
/** Attempts to find one ID for everybody before each gets its own. */
const SHARED_DRAWS = 4;

/** A random ID that is free for everybody in an audience; undefined if a few draws find none. */
export function drawSharedId<Gate>(
  audience: Audience,
  rounds: Rounds<Gate>,
  random: Random,
): number | undefined {
  for (let draw = 0; draw < SHARED_DRAWS; draw++) {
    const messageId = random.below(MESSAGE_IDS) + 1;
    if (rounds.isUnused(messageId) && !restsForAny(audience, messageId)) return messageId;
  }
  return undefined;
}

/** Gives each its own ID, and tells `onNone` who has no free one left. */
export function assignOwnIds<Gate>(
  audience: Audience,
  rounds: Rounds<Gate>,
  random: Random,
  now: Instant,
  onNone: (subscriber: Subscriber) => void,
): readonly Party[] {
  const parties: Party[] = [];
  for (const subscriber of audience.subscribers) {
    const messageId = freeIdOf(subscriber, rounds, random, now);
    if (messageId === undefined) onNone(subscriber);
    else parties.push({ messageId, audience: new Audience([subscriber]) });
  }
  return parties;
}

function restsForAny(audience: Audience, messageId: number): boolean {
  for (const subscriber of audience.subscribers) {
    if (subscriber.hasRestingIds && subscriber.isResting(messageId)) return true;
  }
  return false;
}

/** The first free ID from a random one on. */
function freeIdOf<Gate>(
  subscriber: Subscriber,
  rounds: Rounds<Gate>,
  random: Random,
  now: Instant,
): number | undefined {
  subscriber.wakeRested(now);
  if (subscriber.idsTaken >= MESSAGE_IDS) return undefined;
  const start = random.below(MESSAGE_IDS);
  for (let i = 0; i < MESSAGE_IDS; i++) {
    const messageId = ((start + i) % MESSAGE_IDS) + 1;
    const isFree = rounds.find(messageId, subscriber) === undefined;
    if (isFree && !subscriber.isResting(messageId)) return messageId;
  }
  return undefined;
}
