/**
 * Learns where honest nodes are: whom the real core is linked to, what others offer to it, and what they
 * answer when asked more often than an honest node would. Everything goes to the whole group.
 *
 * Every 505 allows one 506, and the real core would take one that it did not ask for as a reason to close the
 * link. So the scout keeps count of who asked, and keeps the answers to its own questions to itself.
 */
import { readU64, u64Equals, type U64 } from '../../basics/integers.ts';
import type { Effect } from '../../core/effects.ts';
import type { Input, LinkId } from '../../core/inputs.ts';
import type { Instant, Millis } from '../../core/settings.ts';
import { decodeOfferText } from '../../wire/offer-text.ts';
import type { RoleContext } from './role.ts';

/** Between two rounds of questions. Honest nodes answer one a second. */
export const ASK_EVERY: Millis = 5_000;
/** Questions remembered per link, of both askers together; the oldest is taken for unanswered. */
export const QUESTIONS_MAX = 16;
/** Bytes of challenge and nonce at the start of a proven offer. */
const PROOF_BYTES = 16;

interface Question {
  readonly isOurs: boolean;
  readonly challenge: U64 | undefined;
}

export class Scout {
  readonly #context: RoleContext;
  readonly #questions = new Map<LinkId, Question[]>();
  #nextRound: Instant;

  constructor(context: RoleContext, now: Instant) {
    this.#context = context;
    this.#nextRound = now;
  }

  get nextDeadline(): Instant {
    return this.#nextRound;
  }

  /** Has the real core handle an input, and learns from it. Our own answers it does not get to see. */
  handle(input: Input, now: Instant): readonly Effect[] {
    if (input.kind === 'link-closed') this.#questions.delete(input.link);
    if (this.#isAnswerToUs(input)) return [];
    const effects = this.#context.honest.handle(input, now);
    for (const effect of effects) this.#note(effect);
    if (now < this.#nextRound) return effects;
    this.#nextRound = now + ASK_EVERY;
    return [...effects, ...this.#askAll()];
  }

  #askAll(): readonly Effect[] {
    const { links, settings, random, group } = this.#context;
    for (const peer of links.peers) group.learn(peer);
    return links.ids().map((link): Effect => {
      const challenge = settings.proofOfWork === 'discovery' ? random.u64() : undefined;
      this.#remember(link, { isOurs: true, challenge });
      const message = { kind: 'peer-discovery', challenge } as const;
      return { kind: 'send', links: [link], message, own: false };
    });
  }

  #note(effect: Effect): void {
    if (effect.kind === 'hang-up') this.#questions.delete(effect.link);
    if (effect.kind !== 'send' || effect.message.kind !== 'peer-discovery') return;
    const { challenge } = effect.message;
    for (const link of effect.links) this.#remember(link, { isOurs: false, challenge });
  }

  #remember(link: LinkId, question: Question): void {
    const questions = this.#questions.get(link) ?? [];
    questions.push(question);
    if (questions.length > QUESTIONS_MAX) questions.shift();
    this.#questions.set(link, questions);
  }

  /** Reads an offer, and says whether it answers a question of ours. */
  #isAnswerToUs(input: Input): boolean {
    if (input.kind !== 'message' || input.message.kind !== 'peer-offer') return false;
    const { body } = input.message;
    const questions = this.#questions.get(input.link) ?? [];
    const isProven = questions[0]?.challenge !== undefined && body.length >= PROOF_BYTES;
    const place = isProven ? placeOf(readU64(body, 0), questions) : 0;
    const [question] = place < 0 ? [] : questions.splice(place, 1);
    const addresses = decodeOfferText(isProven ? body.subarray(PROOF_BYTES) : body);
    if (!('kind' in addresses)) for (const one of addresses) this.#context.group.learn(one);
    return question?.isOurs === true;
  }
}

function placeOf(challenge: U64, questions: readonly Question[]): number {
  return questions.findIndex(
    (question) => question.challenge !== undefined && u64Equals(question.challenge, challenge),
  );
}
