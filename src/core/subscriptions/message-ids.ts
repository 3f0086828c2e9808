/**
 * Which message ID whom a message is put to. IDs are random, 1 … 65,535, and free on a connection: nobody
 * owes an answer under them there, and they are not at rest after a time-out.
 *
 * Usually one ID is free for everybody, and then one encoded notification serves them all.
 */
import type { Random } from '../../basics/random.ts';
import { Audience } from './audience.ts';
import { ALL_TAKEN, firstFree, ID_WORDS, type Subscriber } from './subscriber.ts';

/** Programs that get the same message under the same ID. */
export interface Party {
  readonly messageId: number;
  readonly audience: Audience;
}

/** Message IDs are 1 … 65,535. */
const MESSAGE_IDS = 65_535;
/** Random draws of an ID for everybody before one is looked for … */
const SHARED_DRAWS = 4;
/** … among this many times 32, from a random place on, before each program gets its own. A guess. */
const SHARED_WORDS = 64;

/** An ID that is free for everybody in an audience; undefined if a short search finds none. */
export function drawSharedId(audience: Audience, random: Random): number | undefined {
  for (let draw = 0; draw < SHARED_DRAWS; draw++) {
    const messageId = random.below(MESSAGE_IDS) + 1;
    if (isFreeForAll(audience, messageId)) return messageId;
  }
  return nextSharedId(audience, random.below(ID_WORDS));
}

/** Gives each its own ID, and tells `onNone` who has no free one left. */
export function assignOwnIds(
  audience: Audience,
  random: Random,
  onNone: (subscriber: Subscriber) => void,
): readonly Party[] {
  const parties: Party[] = [];
  for (const subscriber of audience.subscribers) {
    const messageId = subscriber.nextFree(random.below(MESSAGE_IDS) + 1);
    if (messageId === undefined) onNone(subscriber);
    else parties.push({ messageId, audience: new Audience([subscriber]) });
  }
  return parties;
}

function nextSharedId(audience: Audience, start: number): number | undefined {
  for (let i = 0; i < SHARED_WORDS; i++) {
    const word = (start + i) % ID_WORDS;
    let taken = 0;
    for (const subscriber of audience.subscribers) taken |= subscriber.takenIn(word);
    if (taken !== ALL_TAKEN) return word * 32 + firstFree(taken);
  }
  return undefined;
}

function isFreeForAll(audience: Audience, messageId: number): boolean {
  for (const subscriber of audience.subscribers) {
    if (!subscriber.isFree(messageId)) return false;
  }
  return true;
}
