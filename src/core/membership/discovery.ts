/**
 * Asking for addresses (505) and giving them (506).
 *
 * Every 505 we send allows one 506 on that link; a 506 beyond that closes it. Where the proof of work
 * stands in discovery, a 505 carries a challenge, and its 506 must repeat it, within its lifetime, and hash
 * as a whole packet to 16 zero bits. We answer in the form in which we are asked, and say nothing when we
 * have nobody to offer: existing nodes close a link on an empty 506 and on one that names themselves.
 */
import { u64Equals, type U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import type { Rate } from '../../basics/token-bucket.ts';
import type { Address } from '../../wire/address.ts';
import { decodeOfferText, encodeOfferText } from '../../wire/offer-text.ts';
import {
  encodePeerMessage,
  splitOffer,
  type PeerDiscovery,
  type PeerOffer,
} from '../../wire/peer-messages.ts';
import { violation, type Violation } from '../../wire/violation.ts';
import type { Outbox } from '../effects.ts';
import type { LinkId } from '../inputs.ts';
import type { Instant, Proofs, Settings } from '../settings.ts';
import { Allowances } from './allowances.ts';
import type { Neighbour } from './surroundings.ts';

/** Answers to one peer over loopback, where nodes are started and stopped by the dozen. A guess. */
const LOOPBACK_ANSWERS: Rate = { perSecond: 1, burst: 16 };
/** 505s of one link with a challenge that wait for a place at work; the rest stays unanswered. A guess. */
const WAITING_PER_LINK_MAX = 8;
/** 505s without a challenge that may still be answered on one link. Each costs the peer's memory, not ours. */
const PLAIN_QUESTIONS_MAX = 4_096;

/** A 505 with a challenge that waits for a place at work. */
interface WaitingQuestion {
  readonly challenge: U64;
  readonly text: Uint8Array;
}

interface Question {
  readonly challenge: U64 | undefined;
  readonly askedAt: Instant;
}

export class Discovery {
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #proofs: Proofs;
  readonly #out: Outbox;
  /** 505s that may still be answered, by link, oldest first. */
  readonly #questions = new Map<LinkId, Question[]>();
  /** 506s whose proof is being looked for, by link. */
  readonly #provingOffers = new Map<LinkId, number>();
  readonly #waiting = new Map<LinkId, WaitingQuestion[]>();
  /** A peer asks for four bytes and is given up to a thousand times as much. */
  readonly #answers: Allowances;
  readonly #loopbackAnswers = new Allowances(LOOPBACK_ANSWERS);
  readonly #intake: Allowances;
  #proving = 0;

  constructor(options: {
    readonly settings: Settings;
    readonly random: Random;
    readonly proofs: Proofs;
    readonly out: Outbox;
  }) {
    this.#settings = options.settings;
    this.#random = options.random;
    this.#proofs = options.proofs;
    this.#out = options.out;
    const { offerPause, offerIntakeMax, addressesPerMinute } = options.settings.bounds;
    this.#answers = new Allowances({ perSecond: 1_000 / offerPause, burst: 1 });
    this.#intake = new Allowances({ perSecond: addressesPerMinute / 60, burst: offerIntakeMax });
  }

  /** Of what any one peer may tell of: the most that was used. */
  mostAddressesTaken(now: Instant): number {
    return this.#intake.mostTaken(now);
  }

  /** Proofs for 506 under way. */
  get provingCount(): number {
    return this.#proving;
  }

  /** Sends a 505 on an open link. */
  ask(link: Neighbour, now: Instant): void {
    const challenge = this.#settings.proofOfWork === 'discovery' ? this.#random.u64() : undefined;
    const questions = this.#questions.get(link.id) ?? [];
    const max =
      challenge === undefined ? PLAIN_QUESTIONS_MAX : this.#settings.bounds.openDiscoveriesMax;
    if (questions.length >= max) questions.shift();
    questions.push({ challenge, askedAt: now });
    this.#questions.set(link.id, questions);
    this.#out.send(link.id, { kind: 'peer-discovery', challenge });
  }

  /** Answers a 505 with random ones of `offerable`, all of which the asker may be told. */
  answer(
    link: Neighbour,
    message: PeerDiscovery,
    offerable: readonly Address[],
    now: Instant,
  ): void {
    const { offerAddressesMax } = this.#settings.bounds;
    if (offerable.length === 0 || !this.#mayAnswer(link, now)) return;
    const text = encodeOfferText(this.#random.sample(offerable, offerAddressesMax));
    if (message.challenge === undefined) {
      link.wasOffered = true;
      this.#out.send(link.id, { kind: 'peer-offer', body: text });
      return;
    }
    const waiting = this.#waiting.get(link.id) ?? [];
    if (waiting.length >= WAITING_PER_LINK_MAX) return;
    waiting.push({ challenge: message.challenge, text });
    this.#waiting.set(link.id, waiting);
    this.#startProofs();
  }

  /** Fills the places at work, one question a link in turn, so that a flood of one costs nobody else. */
  #startProofs(): void {
    while (this.#proving < this.#settings.bounds.offerProofsMax) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const [link, waiting] = next;
      const { challenge, text } = waiting.shift()!;
      this.#waiting.delete(link);
      if (waiting.length > 0) this.#waiting.set(link, waiting);
      this.#proving++;
      this.#provingOffers.set(link, (this.#provingOffers.get(link) ?? 0) + 1);
      this.#out.put({ kind: 'prove-offer', link, challenge, text });
    }
  }

  /** The proof for one of our offers is found. */
  onProven(link: Neighbour, body: Uint8Array): void {
    const count = this.#provingOffers.get(link.id) ?? 0;
    if (count === 0) return;
    this.#proving--;
    if (count === 1) this.#provingOffers.delete(link.id);
    else this.#provingOffers.set(link.id, count - 1);
    link.wasOffered = true;
    this.#out.send(link.id, { kind: 'peer-offer', body });
    this.#startProofs();
  }

  /** Reads a 506: the addresses in it, or what is wrong with it. */
  read(link: Neighbour, offer: PeerOffer, now: Instant): readonly Address[] | Violation {
    const questions = this.#questions.get(link.id);
    if (questions === undefined || questions.length === 0) {
      return violation(
        'offer-not-asked-for',
        'a PEER OFFER (506) that no 505 on this link asked for',
      );
    }
    let text = offer.body;
    if (questions[0]!.challenge === undefined || text.length === 0) {
      // An empty 506 has nothing to prove: it answers the oldest question, in either form.
      questions.shift();
    } else {
      const proven = this.#readProven(questions, offer, now);
      if ('kind' in proven) return proven;
      text = proven.text;
    }
    return decodeOfferText(text);
  }

  /** Those of an offer that are considered: random ones, fewer if the peer has told of many lately. */
  considered(
    { id, scope }: Neighbour,
    addresses: readonly Address[],
    now: Instant,
  ): readonly Address[] {
    const { offerIntakeMax } = this.#settings.bounds;
    const isFree = scope === 'loopback';
    return this.#random
      .sample(addresses, offerIntakeMax)
      .filter(() => isFree || this.#intake.take(id, now));
  }

  onLinkEnded(link: LinkId): void {
    this.#questions.delete(link);
    this.#waiting.delete(link);
    this.#answers.onLinkEnded(link);
    this.#loopbackAnswers.onLinkEnded(link);
    this.#intake.onLinkEnded(link);
    const count = this.#provingOffers.get(link);
    if (count === undefined) return;
    this.#provingOffers.delete(link);
    this.#proving -= count;
    this.#out.put({ kind: 'cancel-proofs', link });
    this.#startProofs();
  }

  /** Whether one more 505 of this link is answered: a flood of them costs no more than reading it. */
  #mayAnswer({ id, scope }: Neighbour, now: Instant): boolean {
    const answers = scope === 'loopback' ? this.#loopbackAnswers : this.#answers;
    return answers.take(id, now);
  }

  #readProven(
    questions: Question[],
    offer: PeerOffer,
    now: Instant,
  ): { readonly text: Uint8Array } | Violation {
    const proven = splitOffer(offer);
    if ('kind' in proven) return proven;
    const index = questions.findIndex(({ challenge }) => u64Equals(challenge!, proven.challenge));
    const question = questions[index];
    const lifetime = this.#settings.bounds.challengeLifetime;
    if (question === undefined || now - question.askedAt > lifetime) {
      const reason = 'a PEER OFFER (506) whose challenge is not open on this link';
      return violation('wrong-offer-challenge', reason);
    }
    questions.splice(index, 1);
    if (this.#proofs.checkOffer(encodePeerMessage(offer))) return proven;
    return violation(
      'wrong-proof',
      'a PEER OFFER (506) that does not hash to 16 leading zero bits',
    );
  }
}
