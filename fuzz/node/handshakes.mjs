/**
 * How a link opens, as a table of what each side may say in which state, and what closes it before it is open.
 *
 *     dialled by the node: introducing → waiting → open
 *     dialled by the peer: awaiting-info → awaiting-turn → awaiting-proof → judged → open
 *
 * A link may carry further messages in `waiting`: 508s are answered by 509s until a 510 comes.
 */
import { must } from '../failure.mjs';

/** What the node may send on a link that is not open, by the link's state, and the state after it. */
const MOVES = {
  'introducing peer-info': 'waiting',
  'waiting peer-verification': 'waiting',
  'awaiting-turn peer-challenge': 'awaiting-proof',
  'awaiting-turn peer-validation': 'judged',
  'awaiting-proof peer-validation': 'judged',
};

/** Who is only dialled to see whether he is there has this long to show it, also where others have less. */
const FELT_WITHIN = 10_000;

/** What may come on a link, by its state. */
const WELCOME = {
  'awaiting-info': ['peer-info'],
  'awaiting-turn': [],
  'awaiting-proof': ['peer-verification'],
  waiting: ['peer-challenge', 'peer-validation'],
  open: ['peer-announce', 'peer-discovery', 'peer-offer'],
};

export class HandshakeRules {
  #code;
  #settings;
  #proofs;
  #extension;

  constructor({ code, settings, proofs, extension }) {
    this.#code = code;
    this.#settings = settings;
    this.#proofs = proofs;
    this.#extension = extension;
  }

  /**
   * A message comes on a link; `links` are all there are.
   * @returns {string[]} Reasons for which the link must be closed now: one of them will do.
   */
  onMessage(link, message, links, now) {
    if (link.isOpen && this.#extension.isOne(message)) {
      return this.#extension.onMessage(link, message, now);
    }
    if (!WELCOME[link.state].includes(message.kind)) return ['wrong-state'];
    switch (message.kind) {
      case 'peer-info':
        if (message.port !== 0) link.listening = { host: link.remote.host, port: message.port };
        Object.assign(link, { state: 'awaiting-turn', since: now });
        link.extension.isShown = message.isExtended === true;
        return this.#isItself(link) ? ['self'] : [];
      case 'peer-challenge':
        return this.#onChallenge(link, message.challenge, links);
      case 'peer-verification':
        return this.#onProof(link, message.nonce, now);
      case 'peer-validation':
        link.extension.isShown = message.valid && message.isExtended === true;
        return message.valid ? [] : ['refused-by-peer'];
      default:
        return [];
    }
  }

  /** Whoever connects from our own host and listens where we do. */
  #isItself({ listening, local }) {
    const { listenAddress, advertisedPort } = this.#settings;
    const isHere = listening !== undefined && listening.host === local.host;
    return isHere && [listenAddress.port, advertisedPort].includes(listening.port);
  }

  #onChallenge(link, challenge, links) {
    const endings = [];
    for (const { state, challenge: given } of links) {
      const isOurs = state === 'awaiting-proof' && isSame(given, challenge);
      if (isOurs) endings.push('self');
    }
    const isTooMany = ++link.challenges > this.#settings.bounds.challengesPerLinkMax;
    return isTooMany ? [...endings, 'too-many-challenges'] : endings;
  }

  #onProof(link, nonce, now) {
    const { bounds, powDifficulty } = this.#settings;
    if (now - link.since > bounds.challengeLifetime) return ['challenge-expired'];
    const isRight = this.#proofs.checkNonce(link.challenge, nonce, powDifficulty);
    return isRight ? [] : ['wrong-proof'];
  }

  /** The node says something on a link that is not open. */
  onSend(link, message, now) {
    const next = MOVES[`${link.state} ${message.kind}`];
    must(
      next !== undefined,
      'before-open',
      () => `${message.kind} on a link that is ${link.state}`,
    );
    Object.assign(link, { state: next, since: now });
    if (message.kind === 'peer-challenge') link.challenge = message.challenge;
    if (message.kind === 'peer-validation') link.isAdmitted = message.valid;
  }

  /** Whether a link may open in this step, whose input `said` something on it, or nothing. */
  mayOpen(link, said) {
    const { proofOfWork } = this.#settings;
    const isOurDial = link.dialled !== undefined;
    if (proofOfWork === 'discovery')
      return link.state === (isOurDial ? 'waiting' : 'awaiting-turn');
    if (isOurDial) return said?.kind === 'peer-validation' && said.valid;
    const last = proofOfWork === 'none' ? 'peer-info' : 'peer-verification';
    return link.isAdmitted && said?.kind === last;
  }

  /** A link that is closed for being late has been in its state for long enough, and not for our sake. */
  expectLate({ id, state, since, wasSolving }, code, now) {
    if (!['info-timeout', 'handshake-timeout', 'challenge-expired'].includes(code)) return;
    const { infoTimeout, challengeLifetime, initiatorPatience } = this.#settings.bounds;
    const patience = {
      'info-timeout awaiting-info': infoTimeout,
      'handshake-timeout waiting': wasSolving ? undefined : initiatorPatience,
      'challenge-expired awaiting-proof': challengeLifetime,
    }[`${code} ${state}`];
    must(now - since >= patience, 'hasty', () => {
      return `link ${id} was closed for ${code} after ${now - since} ms, ${state}`;
    });
  }

  /** Between two steps no link is half-way through something. */
  expectSettled(link) {
    must(!link.isAdmitted, 'not-opened', () => `link ${link.id} was told that it is open`);
    must(link.state !== 'introducing', 'not-introduced', () => `507 on link ${link.id}`);
  }

  /** Once the node was woken, nobody is late any more. */
  expectNotLate({ id, state, since, solving }, now) {
    if (solving !== undefined) return;
    const { challengeCooldown, bounds } = this.#settings;
    const patience = {
      'awaiting-info': bounds.infoTimeout,
      'awaiting-turn': challengeCooldown,
      'awaiting-proof': bounds.challengeLifetime,
      waiting: Math.max(bounds.initiatorPatience, FELT_WITHIN),
    }[state];
    const waited = now - since;
    must(waited < patience, 'waits-for-ever', () => `link ${id}, ${state}: ${waited} ms`);
  }

  /** Of two links that both sides have dialled, that of the lower listening address stays. */
  expectDuplicate(link, others, said) {
    const rivals = others.filter((other) => {
      const isOpposite = (other.dialled === undefined) !== (link.dialled === undefined);
      if (!isOpposite || link.listening === undefined || other.listening === undefined)
        return false;
      return this.#code.addressEquals(other.listening, link.listening);
    });
    const isLoser = rivals.some((rival) => {
      const ours = link.dialled === undefined ? rival : link;
      const own = { host: ours.local.host, port: this.#settings.advertisedPort };
      const oursStays = this.#code.compareAddresses(own, ours.dialled) < 0;
      // No open link is closed for one that is not open yet.
      const mayStay = !link.isOpen || rival.isOpen || this.mayOpen(rival, said(rival));
      return (ours !== link) === oursStays && mayStay;
    });
    must(isLoser, 'wrong-duplicate', () => `link ${link.id} was closed, ${rivals.length} rivals`);
  }
}

function isSame(a, b) {
  return a.high === b.high && a.low === b.low;
}
