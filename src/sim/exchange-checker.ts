/**
 * Watches what one node says of the extension (520 to 529): only to peers that have shown that they understand it,
 * 520 first and once, 521 not too often; only messages are named that are what the 522 says and have passed their
 * gate; whatever answers, answers something that was asked on that link, and a message is given three times at most.
 */
import type { Effect } from '../core/effects.ts';
import type { Input, LinkId } from '../core/inputs.ts';
import type { Instant } from '../core/settings.ts';
import type { MessageDigest } from '../wire/digest.ts';
import type { ExtensionMessage, HaveEntry } from '../wire/extension-messages.ts';
import { isExtension } from '../wire/peer-messages.ts';
import type { Announcement } from './announcement.ts';
import { CheckFailure } from './failure.ts';

/** Between two 521s, in ms. */
const INTEREST_EVERY = 1_000;
/** How often a message is given to one link that asks for it. */
const GIVEN_MAX = 3;

interface ExtendedLink {
  /** The peer has shown that it understands. */
  isShown: boolean;
  /** The 520s that were said. */
  hasSpoken: boolean;
  hasHeard: boolean;
  readonly given: Map<Announcement, number>;
}

/** What is known of announcements by their digests. */
export interface DigestLookUp {
  /** Undefined if there is none on record. */
  find(digest: MessageDigest): Announcement | undefined;
  /** Whether this node may know of announcements that are not on record. */
  mayKnowOthers(): boolean;
}

/** For a node of which no announcements are on record. */
export const NOT_LOOKED_AT: DigestLookUp = {
  find: () => undefined,
  mayKnowOthers: () => true,
};

export class ExchangeChecker {
  readonly #lookUp: DigestLookUp;
  readonly #expectPassed: (announcement: Announcement) => void;
  readonly #links = new Map<LinkId, ExtendedLink>();
  #input: Input | undefined;
  #now: Instant = 0;
  #lastInterest = Number.NEGATIVE_INFINITY;

  /** `expectPassed` throws if a message must not leave the node yet. */
  constructor(lookUp: DigestLookUp, expectPassed: (announcement: Announcement) => void) {
    this.#lookUp = lookUp;
    this.#expectPassed = expectPassed;
  }

  begin(input: Input, now: Instant): void {
    this.#input = input;
    this.#now = now;
    if (input.kind === 'link-closed') this.#links.delete(input.link);
    if (input.kind !== 'message') return;
    const { link, message } = input;
    if (message.kind === 'peer-hello') this.#stateOf(link).hasHeard = true;
    const showsIt = message.kind === 'peer-info' || message.kind === 'peer-validation';
    if (showsIt && message.isExtended === true) this.#stateOf(link).isShown = true;
  }

  effect(effect: Effect): void {
    if (effect.kind === 'hang-up') this.#links.delete(effect.link);
    if (effect.kind !== 'send' || !isExtension(effect.message)) return;
    for (const link of effect.links) this.#onSaid(link, effect.message);
    if (effect.message.kind === 'peer-interest') this.#onInterest();
    if (effect.message.kind === 'peer-have') {
      for (const entry of effect.message.entries) this.#onNamed(entry);
    }
  }

  /** A message has come for the first time, or again after the node was allowed to forget it. */
  onFirst(announcement: Announcement): void {
    for (const { given } of this.#links.values()) given.delete(announcement);
  }

  /** A 504 that answers a 523. */
  onGiven(announcement: Announcement, links: readonly LinkId[]): void {
    const digests = links.length === 1 ? this.#askedFor(links[0]!, 'peer-want') : [];
    const isAsked = digests.some((digest) => this.#lookUp.find(digest) === announcement);
    if (!isAsked && !this.#lookUp.mayKnowOthers()) {
      throw new CheckFailure('a message was given that was not asked for');
    }
    const { given } = this.#stateOf(links[0]!);
    const times = (given.get(announcement) ?? 0) + 1;
    if (times > GIVEN_MAX) throw new CheckFailure(`a message was given ${times} times to one link`);
    given.set(announcement, times);
  }

  #onSaid(link: LinkId, message: ExtensionMessage): void {
    const state = this.#stateOf(link);
    if (message.kind === 'peer-hello') {
      if (state.hasSpoken) throw new CheckFailure(`a second 520 on link ${link}`);
      if (!state.isShown && !state.hasHeard) throw new CheckFailure(`an unwanted 520 on ${link}`);
      state.hasSpoken = true;
    } else if (!state.hasSpoken || !state.hasHeard) {
      throw new CheckFailure(`a ${message.kind} on link ${link} before both 520s`);
    } else if (message.kind === 'peer-gone') {
      const asked = new Set(this.#askedFor(link, 'peer-want'));
      if (message.digests.some((digest) => !asked.has(digest))) {
        throw new CheckFailure(`a 525 on link ${link} that was not asked for`);
      }
    } else if (message.kind === 'peer-pong') this.#onPong(link, message.token);
  }

  #onPong(link: LinkId, token: number): void {
    const input = this.#input;
    const isAnswer =
      input?.kind === 'message' && input.link === link && input.message.kind === 'peer-ping';
    if (isAnswer && input.message.token === token) return;
    throw new CheckFailure(`a 529 on link ${link} that was not asked for`);
  }

  #onInterest(): void {
    const since = this.#now - this.#lastInterest;
    if (since < INTEREST_EVERY) throw new CheckFailure(`a 521 ${since} ms after the last`);
    this.#lastInterest = this.#now;
  }

  #onNamed({ digest, dataType, size }: HaveEntry): void {
    const announcement = this.#lookUp.find(digest);
    if (announcement === undefined) {
      if (this.#lookUp.mayKnowOthers()) return;
      throw new CheckFailure('a message was named that does not exist');
    }
    if (announcement.dataType !== dataType || announcement.data.length !== size) {
      throw new CheckFailure(`a message was named as ${size} bytes of type ${dataType}`);
    }
    this.#expectPassed(announcement);
  }

  /** The digests of the message of a kind that came on a link in this step. */
  #askedFor(link: LinkId, kind: 'peer-want'): readonly MessageDigest[] {
    const input = this.#input;
    if (input?.kind !== 'message' || input.link !== link || input.message.kind !== kind) return [];
    return input.message.digests;
  }

  #stateOf(link: LinkId): ExtendedLink {
    let state = this.#links.get(link);
    if (state === undefined) {
      state = { isShown: false, hasSpoken: false, hasHeard: false, given: new Map() };
      this.#links.set(link, state);
    }
    return state;
  }
}
