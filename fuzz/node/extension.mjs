/**
 * What a node may do with the messages 520 to 529: what comes is in place only behind a 520, which comes once; what
 * the node says, it says only to those that have shown that they understand it, and only what is true. Each digest
 * that is asked for gets one answer.
 */
import { must } from '../failure.mjs';

const DIGESTS_ASKED_MAX = 64;
const GIVEN_MAX = 3;
const ANSWERS_MAX = 10;
const INTEREST_EVERY = 1_000;
const HELLO_WITHIN = 10_000;
/** How much later than asked for a message may be named: others are waited for. */
const NAMED_WITHIN = 10;
const KINDS = new Set(
  (
    'peer-hello peer-interest peer-have peer-want peer-dont-want ' +
    'peer-gone peer-push peer-reconcile peer-ping peer-pong'
  ).split(' '),
);

export class ExtensionRules {
  #settings;
  #proofs;
  /** What came in, and what has passed its gate or is the node's own, by digest. */
  #heard = new Set();
  #accepted = new Map();
  /** Own announcements whose ids are not known, since they were not sent. */
  #unsent = [];
  #lastInterest = Number.NEGATIVE_INFINITY;

  constructor({ settings, proofs }) {
    this.#settings = settings;
    this.#proofs = proofs;
  }

  /** What is remembered of a link. */
  static newState() {
    return {
      /** Whether the peer has shown that it understands, and which 520s were said. */
      isShown: false,
      hasHeard: false,
      spokenAt: undefined,
      wasCalledSilent: false,
      /** Digests that the peer has named or listed, and those that the node has told it of. */
      named: new Set(),
      told: new Set(),
      /** How often each digest was asked for without an answer so far, and given; since when the oldest waits. */
      asked: new Map(),
      askedAt: 0,
      given: new Map(),
      /** Answers in each exchange, and tokens to be sent back. */
      exchanges: new Map(),
      pings: [],
    };
  }

  isOne(message) {
    return KINDS.has(message.kind);
  }

  /** Whether messages may be named on this link instead of sent. */
  isSpoken({ extension }) {
    return extension.hasHeard;
  }

  digestOf({ id, dataType, data }) {
    return this.#proofs.digest(id, dataType, data);
  }

  /**
   * A message from 520 on comes on an open link.
   * @returns {string[]} Reasons for which the link must be closed now.
   */
  onMessage({ extension: state }, message, now) {
    if (!this.#settings.extension) return ['wrong-state'];
    const isHello = message.kind === 'peer-hello';
    if (isHello === state.hasHeard) return ['wrong-state'];
    switch (message.kind) {
      case 'peer-hello':
        state.hasHeard = true;
        break;
      case 'peer-have':
        for (const { digest } of message.entries) state.named.add(digest);
        break;
      case 'peer-want':
        state.askedAt = now;
        for (const digest of message.digests) add(state.asked, digest, 1);
        break;
      case 'peer-reconcile':
        state.exchanges.set(message.exchange, state.exchanges.get(message.exchange) ?? 0);
        for (const { digests = [] } of message.ranges) {
          for (const digest of digests) state.named.add(digest);
        }
        break;
      case 'peer-ping':
        state.pings.push(message.token);
        break;
      default:
    }
    return [];
  }

  /** A 504 has come, whatever becomes of it. */
  onAnnounce(message) {
    if (this.#settings.extension) this.#heard.add(this.digestOf(message));
  }

  /** A message may travel from now on. */
  onAccepted(digest, dataType, size) {
    this.#accepted.set(digest, { dataType, size });
  }

  /** A local program has announced something. */
  onOwn(dataType, size) {
    this.#unsent.push({ dataType, size });
  }

  /** What was announced last was sent: now its id is known. */
  onOwnSent(digest, dataType, size) {
    // It may have been named to somebody first.
    if (!this.#accepted.has(digest)) this.#unsent.pop();
    this.onAccepted(digest, dataType, size);
  }

  /** A digest that is not known may be that of an own announcement; from now on it is. */
  #takeForOwn(digest, dataType, size) {
    if (this.#accepted.has(digest)) return;
    const at = this.#unsent.findIndex((own) => own.dataType === dataType && own.size === size);
    if (at < 0) return;
    this.#unsent.splice(at, 1);
    this.onAccepted(digest, dataType, size);
  }

  /** The node says something of the extension on an open link. */
  onSpoken(link, message, input, now) {
    const { extension: state, id } = link;
    must(this.#settings.extension, 'extension-off', () => `${message.kind} on link ${id}`);
    if (message.kind === 'peer-hello') return this.#onHello(link, now);
    const isInPlace = state.spokenAt !== undefined && state.hasHeard;
    must(isInPlace, 'before-520', () => `${message.kind} on link ${id}`);
    const answers = input.link === id ? input.message : undefined;
    switch (message.kind) {
      case 'peer-interest':
        return this.#onInterest(now);
      case 'peer-have':
        return this.#onNaming(state, message.entries);
      case 'peer-want':
        return this.#onAsking(state, message.digests);
      case 'peer-dont-want':
        return expectKnown('524', message.digests, this.#heard);
      case 'peer-push':
        return expectKnown('526', message.digests, state.named);
      case 'peer-gone':
        for (const digest of message.digests) this.#answer(state, digest, '525');
        return;
      case 'peer-reconcile':
        return this.#onComparing(state, message, answers);
      case 'peer-pong': {
        const at = state.pings.indexOf(message.token);
        must(at >= 0, 'unasked-529', () => `token ${message.token}`);
        state.pings.splice(at, 1);
        return;
      }
      default:
    }
  }

  #onHello({ extension: state, id }, now) {
    must(state.spokenAt === undefined, 'second-520', () => `on link ${id}`);
    must(state.isShown || state.hasHeard, 'unwanted-520', () => `on link ${id}`);
    state.spokenAt = now;
  }

  #onInterest(now) {
    // One effect for all links of a step.
    const isNew = now !== this.#lastInterest;
    const isInTime = !isNew || now - this.#lastInterest >= INTEREST_EVERY;
    must(isInTime, 'hasty-521', () => `${now - this.#lastInterest} ms after the last`);
    this.#lastInterest = now;
  }

  #onNaming(state, entries) {
    must(entries.length > 0 && entries.length <= 512, 'size-522', () => `${entries.length}`);
    for (const { digest, dataType, size } of entries) {
      this.#takeForOwn(digest, dataType, size);
      const known = this.#accepted.get(digest);
      const isTrue = known?.dataType === dataType && known.size === size;
      must(isTrue, 'false-522', () => `type ${dataType}, ${size} bytes, which is not accepted`);
      state.told.add(digest);
      if (state.asked.has(digest)) this.#answer(state, digest, '522');
    }
  }

  #onAsking(state, digests) {
    must(digests.length <= DIGESTS_ASKED_MAX, 'size-523', () => `${digests.length} digests`);
    expectKnown('523', digests, state.named);
  }

  #onComparing(state, { exchange, ranges }, answers) {
    if (answers?.kind !== 'peer-reconcile') {
      must(ranges.length === 1, 'opening-527', () => `${ranges.length} ranges`);
      state.exchanges.set(exchange, 0);
      return;
    }
    must(answers.exchange === exchange, 'other-exchange', () => `${exchange}`);
    const steps = state.exchanges.get(exchange) + 1;
    must(steps <= ANSWERS_MAX + 1, 'endless-527', () => `${steps} answers`);
    state.exchanges.set(exchange, steps);
  }

  /** The node gives what it was asked for. */
  onGiven({ extension: state, id }, message) {
    const digest = this.digestOf(message);
    this.#answer(state, digest, '504');
    must(state.told.has(digest), 'untold', () => `504 on link ${id}, which it was not named on`);
    must(this.#accepted.has(digest), 'given-early', () => `504 on link ${id} without a verdict`);
    const times = (state.given.get(digest) ?? 0) + 1;
    must(times <= GIVEN_MAX, 'given-again', () => `504 on link ${id} for the ${times}th time`);
    state.given.set(digest, times);
  }

  #answer(state, digest, how) {
    const isOwed = (state.asked.get(digest) ?? 0) > 0;
    must(isOwed, 'unasked-answer', () => `${how} for a digest that was not asked for`);
    add(state.asked, digest, -1);
  }

  /** The node has sent a message whole. */
  onSent({ extension: state }, message) {
    if (this.#settings.extension) state.told.add(this.digestOf(message));
  }

  /** The node says that a peer has not begun. */
  onSilent({ extension: state, id }, now) {
    const isDue = state.spokenAt !== undefined && !state.hasHeard && !state.wasCalledSilent;
    must(isDue, 'not-silent', () => `link ${id}`);
    must(now - state.spokenAt >= HELLO_WITHIN, 'hasty', () => `link ${id} is called silent`);
    state.wasCalledSilent = true;
  }

  /** Between two steps, on an open link. */
  expectSettled({ extension: state, id }, isWake, now) {
    if (!this.#settings.extension) return;
    const isDue = (state.isShown || state.hasHeard) && state.spokenAt === undefined;
    must(!isDue, 'no-520', () => `on link ${id}`);
    must(state.pings.length === 0, 'no-529', () => `on link ${id}`);
    if (!isWake) return;
    const isLate = state.asked.size > 0 && now - state.askedAt > NAMED_WITHIN;
    must(!isLate, 'no-answer', () => `${state.asked.size} digests asked for on link ${id}`);
    const isSilent = state.spokenAt !== undefined && !state.hasHeard && !state.wasCalledSilent;
    const isOver = isSilent && now - state.spokenAt > HELLO_WITHIN;
    must(!isOver, 'waits-for-ever', () => `link ${id} for a 520`);
  }
}

function expectKnown(what, digests, known) {
  for (const digest of digests) {
    must(known.has(digest), `unknown-${what}`, () => `${what} of a digest that never came`);
  }
}

function add(counts, key, change) {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
