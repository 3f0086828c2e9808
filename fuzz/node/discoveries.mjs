/**
 * What a node may do with 505 and 506: ask while it wants links, in the form of its setting; answer those who
 * asked, once for each question, never with their own address; and take one answer for each question of its
 * own, with a right proof where one was asked for.
 */
import { isUtf8 } from 'node:buffer';
import { must } from '../failure.mjs';

/** Challenge and nonce at the start of a 506. */
const PROOF_BYTES = 16;

export class DiscoveryRules {
  #code;
  #settings;
  #proofs;

  constructor({ code, settings, proofs }) {
    this.#code = code;
    this.#settings = settings;
    this.#proofs = proofs;
  }

  /** The node asks: whomever while it wants links, and once each stranger that it dials to learn of others. */
  onQuestion(link, { challenge }, openCount, now) {
    const { minConnections, proofOfWork, bounds } = this.#settings;
    const isExplored = link.dialled !== undefined && link.questions.length === 0;
    must(openCount < minConnections || isExplored, 'asked-in-vain', () => {
      return `505 with ${openCount} links open, ${minConnections} are wanted`;
    });
    const isProven = challenge !== undefined;
    must(isProven === (proofOfWork === 'discovery'), 'form-of-505', () => `challenge: ${isProven}`);
    link.questions.push({ challenge, at: now });
    // What can be told apart by its challenge is forgotten sooner.
    if (isProven && link.questions.length > bounds.openDiscoveriesMax) link.questions.shift();
  }

  /**
   * A 506 comes: it answers the oldest question, or the one whose challenge it repeats.
   * @returns {string[]} Reasons for which the link must be closed now.
   */
  onAnswer({ questions }, body, now) {
    if (questions.length === 0) return ['offer-not-asked-for'];
    if (questions[0].challenge === undefined || body.length === 0) {
      questions.shift();
      return isUtf8(body) ? [] : ['bad-utf8'];
    }
    if (body.length < PROOF_BYTES) return ['bad-size'];
    const { challenge, text } = this.#code.splitOffer({ kind: 'peer-offer', body });
    const index = questions.findIndex((question) => isSame(question.challenge, challenge));
    const isLate = now - questions[index]?.at > this.#settings.bounds.challengeLifetime;
    if (index < 0 || isLate) return ['wrong-offer-challenge'];
    questions.splice(index, 1);
    const packet = this.#code.encodePeerMessage({ kind: 'peer-offer', body });
    if (!this.#proofs.checkOffer(packet)) return ['wrong-proof'];
    return isUtf8(text) ? [] : ['bad-utf8'];
  }

  /** The node looks for the proof of an answer. */
  onProve(link, { challenge, text }) {
    must(link.isOpen, 'proved-in-vain', () => `prove-offer on a link that is ${link.state}`);
    this.#expectOffer(link, text);
    link.proving.push({ challenge, text: text.slice() });
  }

  /** The node answers; what it has proved was looked at before. */
  onOffer(link, body, wasProven) {
    must(link.owesOffers > 0, 'unasked-506', () => `506 on link ${link.id}, which did not ask`);
    link.owesOffers--;
    if (!wasProven) this.#expectOffer(link, body);
  }

  #expectOffer(link, text) {
    const addresses = this.#code.decodeOfferText(text);
    const { offerAddressesMax } = this.#settings.bounds;
    const isRight = addresses.length > 0 && addresses.length <= offerAddressesMax;
    must(isRight, 'offer-size', () => `an offer of ${addresses.length} addresses`);
    if (link.listening === undefined) return;
    for (const address of addresses) {
      const isOwn = this.#code.addressEquals(link.listening, address);
      must(!isOwn, 'offered-itself', () => {
        return `link ${link.id} was offered its own address ${this.#code.formatAddress(address)}`;
      });
    }
  }
}

function isSame(a, b) {
  return a.high === b.high && a.low === b.low;
}
