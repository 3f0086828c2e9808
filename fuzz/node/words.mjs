/**
 * What peers say: the next thing the protocol has them say, or anything. Few ids, types, contents and
 * addresses, so that copies, borrowed ids and known addresses come up all the time. Every choice is a byte.
 */
import { ExtendedWords } from './extended-words.mjs';
import { cheapProofs, nonceFor, offerNonce } from './proofs.mjs';

const PORTS = [6001, 6001, 6002, 7777, 0, 22, 65_535, 5432];
const OFFERS = [
  '',
  '10.0.0.2:6001,10.0.0.3:6001',
  '10.0.0.4:6001,10.0.0.5:6001,10.0.0.6:6001,10.0.0.7:6001,10.0.0.8:6001',
  '127.0.0.1:6001,127.0.0.1:6003,127.0.0.1:7001,10.0.0.1:6001',
  '8.8.4.4:6001,9.9.9.9:7000,9.9.9.9:7001,9.9.9.9:7002,[2001:db8::8]:1,x:1,1.1.1.1:22',
  '\u00ff,,:::::1',
];
const TTLS = [0, 1, 2, 3, 4, 255];
/** Data types that are announced and subscribed to. */
export const TYPES = [1, 1, 2, 65_535];
/** Half of all ids and challenges of strangers; the node never draws one with it. */
const STRANGE = 0x8000_0000;

export class Words {
  #code;
  #settings;
  #links;
  #extended = new ExtendedWords(cheapProofs);

  /** @param {{ code, settings, links: import('./links.mjs').LinkBook }} options */
  constructor({ code, settings, links }) {
    this.#code = code;
    this.#settings = settings;
    this.#links = links;
  }

  /** What a peer that keeps to the protocol says next; undefined if it is not its turn. */
  next(link, dice) {
    switch (link.state) {
      case 'open':
        if (this.#isExtended(dice)) return this.#nextExtended(link, dice);
        return dice[0] % 4 === 0 ? this.#discovery(link, dice) : announcement(dice);
      case 'awaiting-info':
        return this.#info(dice[0], dice[1]);
      case 'awaiting-proof':
        return { kind: 'peer-verification', nonce: nonceFor(link.challenge) };
      case 'waiting':
        return this.#settings.proofOfWork === 'connection' && link.challenges === 0
          ? { kind: 'peer-challenge', challenge: { high: STRANGE, low: dice[0] } }
          : this.#validation(true, dice[1]);
      default:
        return undefined;
    }
  }

  /** Any message. */
  any(link, dice) {
    const long = { high: dice[1], low: dice[2] };
    if (this.#isExtended(dice)) return this.#extended.any(link, dice);
    switch (dice[0] % 8) {
      case 0:
        return announcement(dice.subarray(1));
      case 1:
        return { kind: 'peer-discovery', challenge: dice[1] % 2 === 1 ? long : undefined };
      case 2:
        return this.#offer(link, dice);
      case 3:
        return this.#info(dice[1], dice[2]);
      case 4:
        return { kind: 'peer-challenge', challenge: this.#challenge(long, dice[3]) };
      case 5:
        return { kind: 'peer-verification', nonce: dice[3] % 2 === 1 ? long : nonceFor(long) };
      case 6:
        return this.#validation(dice[1] % 2 === 1, dice[2]);
      default:
        return { kind: 'peer-offer', body: dice.slice(0, dice[1] % 6) };
    }
  }

  #isExtended(dice) {
    return this.#settings.extension && dice[5] % 2 === 1;
  }

  /** A 520 first; or not. */
  #nextExtended(link, dice) {
    const isFirst = !link.extension.hasHeard && dice[5] % 16 !== 15;
    return isFirst ? this.#extended.hello(dice) : this.#extended.any(link, dice);
  }

  #info(port, die) {
    const isExtended = this.#settings.extension && die % 4 > 0;
    return { kind: 'peer-info', port: PORTS[port % PORTS.length], isExtended };
  }

  #validation(valid, die) {
    return { kind: 'peer-validation', valid, isExtended: this.#settings.extension && die % 4 > 0 };
  }

  /** Perhaps one that the node itself has given to somebody. */
  #challenge(other, die) {
    if (die % 2 === 0) return other;
    const given = [...this.#links.known.values()].find(({ state }) => state === 'awaiting-proof');
    return given?.challenge ?? other;
  }

  #discovery(link, dice) {
    if (link.questions.length > 0 && dice[1] % 2 === 0) return this.#offer(link, dice);
    const isProven = this.#settings.proofOfWork === 'discovery' && dice[2] % 4 > 0;
    const challenge = isProven ? { high: dice[3], low: dice[4] } : undefined;
    return { kind: 'peer-discovery', challenge };
  }

  #offer({ questions }, dice) {
    const text = new TextEncoder().encode(OFFERS[dice[2] % OFFERS.length]);
    const challenge = pick(questions, dice[3])?.challenge;
    if (challenge === undefined || dice[4] % 8 === 0) return { kind: 'peer-offer', body: text };
    return this.#code.joinOffer({ challenge, nonce: offerNonce(dice[4] % 8 > 1), text });
  }
}

/** A 504. */
export function announcement([id, ttl, type, content, size]) {
  return {
    kind: 'peer-announce',
    id: { high: STRANGE, low: id % 3 },
    ttl: ttl < 200 ? TTLS[ttl % TTLS.length] : ttl,
    dataType: TYPES[type % TYPES.length],
    data: new Uint8Array(size < 200 ? content % 2 : (size - 199) * 150).fill(content % 2),
  };
}

/** As many messages as wanted, no two alike: 504s, or sometimes 505s. */
export function flood(count, [first, type]) {
  const dataType = TYPES[type % TYPES.length];
  return Array.from({ length: count }, (_, i) => {
    const id = { high: STRANGE + 1, low: first + i };
    if (first % 4 === 0) return { kind: 'peer-discovery', challenge: type % 2 ? id : undefined };
    return { kind: 'peer-announce', id, ttl: 2, dataType, data: new Uint8Array(i % 3) };
  });
}

/** One of a list by any number; undefined of an empty one. */
export function pick(list, number) {
  return list.length === 0 ? undefined : list[number % list.length];
}
