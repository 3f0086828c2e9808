/**
 * Two nodes back to back: dials reach the other one, links are cables, and both share the time. Moves are
 * records of four bytes. In the end everything that is under way happens, and both must have come to the same
 * view of their links.
 */
import { must } from '../failure.mjs';
import { Auditor } from './auditor.mjs';
import { cheapProofs } from './proofs.mjs';
import { SETTINGS_BYTES, settingsFrom } from './settings.mjs';
import { Side } from './side.mjs';
import { pick } from './words.mjs';

/** Settings, and one byte each for: where the proof of work stands, who knows whom, where they listen, chance. */
export const COUPLE_BYTES = SETTINGS_BYTES + 4;
export const COUPLE_MOVE_BYTES = 4;

const SAME = ['connection', 'none', 'discovery'];
/** The first two can talk to each other, the others cannot. */
const MIXED = ['connection none', 'none connection', 'discovery connection', 'none discovery'];
const LISTENING = [
  ['10.0.0.1:6001', '10.0.0.2:6001'],
  ['127.0.0.1:6001', '127.0.0.1:6002'],
  ['[2001:db8::2]:6001', '8.8.8.8:6001'],
];
const TYPES = [1, 1, 2];
const TTLS = [0, 1, 2, 255];
const MILLIS = [1, 20, 50, 200, 500, 1_000, 1_500, 2_000];
/** All moves together stay below the time for which a challenge is valid. */
const TIME_MAX = 200_000;
/** Then they get this long to come together; the longest back-off fits in twice. */
const SETTLE_MILLIS = 260_000;
const ROUNDS_MAX = 20_000;
/** Recorded inputs depend on it: a change makes them mean something else. */
const MOVES = (
  'deliver deliver deliver deliver deliver dial dial prove time ' +
  'announce announce join judge judge break tamper'
).split(' ');

export class Couple {
  /** @type {[Side, Side]} */
  #sides;
  #places;
  #isTampered = false;
  #isKnown;
  #elapsed = 0;

  /**
   * @param {object} options
   * @param options.code The code under test.
   * @param {Uint8Array} options.head {@link COUPLE_BYTES} of an input.
   * @param {import('../features.mjs').Features} options.features
   * @param {string[]} [options.trace]
   */
  constructor({ code, head, features, trace }) {
    const [place, knows, listening, chance] = head.subarray(SETTINGS_BYTES);
    this.#places = placesFrom(place);
    this.#isKnown = knows % 4 > 0;
    const usual = settingsFrom(code, head);
    const addresses = LISTENING[listening % LISTENING.length].map((text) =>
      code.parseAddress(text),
    );
    this.#sides = addresses.map((address, i) => {
      const settings = {
        ...usual,
        searchCooldown: Math.max(20_000, usual.searchCooldown),
        listenAddress: address,
        advertisedPort: address.port,
        proofOfWork: this.#places[i],
        knownPeers: (knows >> i) % 2 === 1 ? [addresses[1 - i]] : [],
        bootstrapper: undefined,
        bounds: code.DEFAULT_BOUNDS,
      };
      const random = code.seededRandom(chance, i);
      const labelled = trace && { push: (line) => trace.push(`${'AB'[i]} ${line}`) };
      const options = { code, settings, random, proofs: cheapProofs, features, trace: labelled };
      return new Side({ code, auditor: new Auditor(options), address });
    });
    const [a, b] = this.#sides;
    [a.other, b.other] = [b, a];
  }

  start() {
    for (const side of this.#sides) {
      side.isAtRisk = !this.#isCompatible();
      side.give({ kind: 'start' });
    }
  }

  #isCompatible() {
    const [a, b] = this.#places;
    return a === b || (a !== 'discovery' && b !== 'discovery');
  }

  /** Makes one move; does nothing where there is nothing to make it with. */
  move([op, who, first, second]) {
    const side = this.#sides[who % 2];
    const end = pick(this.#ends(), who >> 1);
    switch (MOVES[op % MOVES.length]) {
      case 'deliver':
        return end?.deliver(first < 128 ? 1 + (first % 24) : 65_535);
      case 'dial':
        return side.endDial(first);
      case 'prove':
        return side.prove(first);
      case 'time':
        return this.#passTime(MILLIS[first % MILLIS.length]);
      case 'join':
        return side.join(TYPES[first % TYPES.length]);
      case 'judge':
        return side.judge(first, second % 4 > 0);
      case 'break':
        return second % 4 === 0 ? end?.breakDown() : undefined;
      case 'tamper':
        return second % 4 === 0 ? this.#tamper(end, op * 256 + first, who) : undefined;
      default: {
        const data = new Uint8Array(second % 50).fill(op);
        return side.announce(first, TTLS[second % TTLS.length], TYPES[first % TYPES.length], data);
      }
    }
  }

  #ends() {
    return this.#sides.flatMap((side) => [...side.ends.values()]).filter((end) => !end.isGone);
  }

  /** Bits flip on the way: from now on anything may be found fault with. */
  #tamper(end, place, mask) {
    if (end === undefined) return;
    end.tamper(place, mask | 1);
    this.#isTampered = true;
    for (const side of this.#sides) side.isAtRisk = true;
  }

  #passTime(millis) {
    if (this.#elapsed + millis > TIME_MAX) return;
    this.#elapsed += millis;
    this.#wakeUntil(this.#now + millis, () => undefined);
  }

  get #now() {
    return this.#sides[0].auditor.now;
  }

  /** Wakes both in the order of their deadlines; `between` does what must not wait. */
  #wakeUntil(until, between) {
    for (let rounds = 0; ; rounds++) {
      must(rounds < ROUNDS_MAX, 'for-ever', () => `${rounds} wakes until ${this.#now} ms`);
      between();
      const deadlines = this.#sides.map(({ auditor }) => auditor.nextDeadline() ?? until);
      const now = Math.min(Math.max(Math.min(...deadlines), this.#now), until);
      for (const { auditor } of this.#sides) auditor.now = now;
      if (now >= until) return;
      for (const side of this.#sides) {
        if ((side.auditor.nextDeadline() ?? until) <= now) side.give({ kind: 'wake' });
      }
    }
  }

  /** Everything that is under way happens, time passes, and both must agree; not if they cannot any more. */
  expectAgreement() {
    if (this.#isTampered || !this.#isCompatible()) return;
    this.#wakeUntil(this.#now + SETTLE_MILLIS, () => this.#doEverything());
    this.#doEverything();
    const [a, b] = this.#sides;
    for (const end of [...a.openEnds, ...b.openEnds]) {
      const isOpenThere = end.other.side.openEnds.includes(end.other);
      must(isOpenThere, 'one-sided', () => `link ${end.link} is open on one side only`);
    }
    const count = a.openEnds.length;
    must(count <= 1, 'duplicate', () => `${count} links between the same two nodes`);
    must(
      count === 1 || !this.#isKnown,
      'apart',
      () => 'two nodes that know each other have no link',
    );
  }

  #doEverything() {
    for (let rounds = 0; ; rounds++) {
      must(rounds < ROUNDS_MAX, 'for-ever', () => 'the two never come to rest');
      const ends = this.#ends().filter((end) => end.isWaiting);
      const dialling = this.#sides.filter(({ auditor }) => auditor.links.dials.size > 0);
      const proving = this.#sides.filter((side) => side.isProving);
      if (ends.length + dialling.length + proving.length === 0) return;
      for (const side of dialling) side.endDial(0);
      for (const side of proving) side.prove(0);
      for (const end of ends) end.deliver(65_535);
    }
  }
}

function placesFrom(byte) {
  if (byte < 224) return [SAME[byte % SAME.length], SAME[byte % SAME.length]];
  return MIXED[byte % MIXED.length].split(' ');
}
