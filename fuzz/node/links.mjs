/**
 * What a node may do with its links, kept in books of its own from inputs and effects alone: who is there, how
 * far each has come, what is asked, solved and dialled. The rules of single matters are in handshakes.mjs,
 * discoveries.mjs and dials.mjs.
 *
 * What holds for all of them: effects name links that are there and have not been hung up; a message that does
 * not belong where it comes closes the link, one that does belong does not; never more than `maxConnections`
 * are open; every link that ends is reported once, in the state it had, and nothing is solved for it any more.
 */
import { must } from '../failure.mjs';
import { DialBook } from './dials.mjs';
import { DiscoveryRules } from './discoveries.mjs';
import { ExtensionRules } from './extension.mjs';
import { HandshakeRules } from './handshakes.mjs';

/** Reasons to close a link that only what came on it can give. */
const FAULTS = new Set(
  (
    'wrong-state too-many-challenges wrong-proof refused-by-peer ' +
    'offer-not-asked-for wrong-offer-challenge bad-utf8 bad-size'
  ).split(' '),
);

export class LinkBook {
  /** @type {Map<number, any>} Links that have not ended, by id. */
  known = new Map();
  openCount = 0;
  /** @type {DialBook} */
  dials;
  #settings;
  #handshakes;
  #discoveries;
  #extension;
  /** The input at hand, which links were hung up and ended since, and why its link must be closed. */
  #step;

  /** @param {{ code, settings, proofs }} options */
  constructor(options) {
    this.#settings = options.settings;
    this.#extension = options.extension;
    this.dials = new DialBook(options);
    this.#handshakes = new HandshakeRules(options);
    this.#discoveries = new DiscoveryRules(options);
  }

  /** Open links that take messages. */
  receivers() {
    return [...this.known.values()].filter((link) => link.isOpen && !link.isQueueFull);
  }

  begin(input, now) {
    this.#step = { input, now, hungUp: new Set(), ended: new Map(), endings: [] };
    const link = this.known.get(input.link);
    switch (input.kind) {
      case 'link-opened':
        if (input.dialled !== undefined) this.dials.onEnded(input.dialled);
        this.known.set(input.link, newLink(input, now));
        return;
      case 'link-closed':
        this.#step.hungUp.add(input.link);
        return;
      case 'link-queue':
        link.isQueueFull = input.queue.level === 'full';
        return;
      case 'message':
        this.#step.endings = this.#onMessage(link, input.message, now);
        return;
      case 'garbage':
        this.#step.endings = [input.violation.code];
        return;
      case 'dial-failed':
        return this.dials.onEnded(input.address);
      case 'proof-found':
        link.solving = undefined;
        return;
      case 'offer-proven':
        link.proving.shift();
        return;
      case 'shut-down':
        return this.dials.onShutDown();
      default:
    }
  }

  #onMessage(link, message, now) {
    const endings = this.#handshakes.onMessage(link, message, this.known.values(), now);
    if (endings.length > 0) return endings;
    if (message.kind === 'peer-discovery') link.owesOffers++;
    if (message.kind !== 'peer-offer') return [];
    return this.#discoveries.onAnswer(link, message.body, now);
  }

  effect(effect) {
    switch (effect.kind) {
      case 'send':
        return this.#onSend(effect);
      case 'hang-up': {
        const link = this.#find(effect);
        link.wasSolving = link.solving !== undefined;
        this.#step.hungUp.add(link.id);
        return;
      }
      case 'dial':
        return this.dials.onDial(effect.address, this.known.values());
      case 'solve':
        return this.#onSolve(this.#find(effect), effect);
      case 'prove-offer':
        return this.#discoveries.onProve(this.#find(effect), effect);
      case 'cancel-proofs':
        return this.#onCancel(effect.link);
      case 'pause-link':
      case 'resume-link':
        return this.#onPause(this.#find(effect), effect.kind === 'pause-link');
      case 'report':
        return this.#onReport(effect.event);
      default:
    }
  }

  #find({ kind, link: id }) {
    const link = this.known.get(id);
    const isThere = link !== undefined && !this.#step.hungUp.has(id);
    must(isThere, 'unknown-link', () => `${kind} for link ${id}, which is gone`);
    return link;
  }

  #onSend({ links, message }) {
    const isRight = links.length > 0 && new Set(links).size === links.length;
    must(isRight, 'sent-to', () => `${message.kind} to links ${links.join()}`);
    for (const id of links) {
      const link = this.#find({ kind: message.kind, link: id });
      if (link.isOpen) this.#onSpoken(link, message);
      else this.#handshakes.onSend(link, message, this.#step.now);
    }
  }

  #onSpoken(link, message) {
    const { input, now } = this.#step;
    switch (message.kind) {
      case 'peer-announce':
        return this.#onAnnounced(link, message);
      case 'peer-discovery':
        return this.#discoveries.onQuestion(link, message, this.openCount, now);
      case 'peer-offer':
        return this.#discoveries.onOffer(link, message.body, input.kind === 'offer-proven');
      default: {
        const isOne = this.#extension.isOne(message);
        must(isOne, 'after-open', () => `${message.kind} on an open link`);
        return this.#extension.onSpoken(link, message, input, now);
      }
    }
  }

  #onAnnounced(link, message) {
    if (this.isGiven(link.id)) return this.#extension.onGiven(link, message);
    must(!link.isQueueFull, 'queue-full', () => `504 on link ${link.id}, whose queue is full`);
    this.#extension.onSent(link, message);
  }

  /** Whether a 504 on this link in this step answers a 523. */
  isGiven(id) {
    const { input } = this.#step;
    return input.link === id && input.message?.kind === 'peer-want';
  }

  #onSolve(link, { challenge, difficulty }) {
    must(link.state === 'waiting', 'solved-in-vain', () => `solve on a link that is ${link.state}`);
    must(difficulty === this.#settings.powDifficulty, 'difficulty', () => `${difficulty}`);
    link.solving = challenge;
  }

  #onCancel(id) {
    const link = this.known.get(id) ?? this.#step.ended.get(id);
    must(link !== undefined, 'unknown-link', () => `cancel-proofs for link ${id}, which is gone`);
    Object.assign(link, { solving: undefined, proving: [] });
  }

  #onPause(link, isPaused) {
    must(link.isPaused !== isPaused, 'paused-twice', () => `link ${link.id}: ${isPaused} already`);
    link.isPaused = isPaused;
  }

  #onReport(event) {
    if (event.kind === 'link-established') this.#onEstablished(event);
    else if (event.kind === 'link-lost' || event.kind === 'handshake-failed') this.#onEnded(event);
    else if (event.kind === 'extension-silent') {
      this.#extension.onSilent(this.#find(event), this.#step.now);
    }
  }

  #onEstablished(event) {
    const link = this.#find(event);
    const { id, state } = link;
    must(!link.isOpen, 'opened-twice', () => `link ${id}`);
    const isFaulty = this.#endingsOf(link).length > 0;
    const isRight = !isFaulty && this.#handshakes.mayOpen(link, this.#saidOn(link));
    must(isRight, 'opened-early', () => `link ${id}, ${state}`);
    Object.assign(link, { isOpen: true, isAdmitted: false, state: 'open' });
    this.openCount++;
    this.#expectCount(event);
    const { maxConnections } = this.#settings;
    must(this.openCount <= maxConnections, 'too-many-open', () => `${this.openCount} links open`);
  }

  #saidOn({ id }) {
    return this.#step.input.link === id ? this.#step.input.message : undefined;
  }

  #endingsOf({ id }) {
    return this.#step.input.link === id ? this.#step.endings : [];
  }

  #expectCount({ openLinks }) {
    must(openLinks === this.openCount, 'miscounted', () => `${openLinks}, not ${this.openCount}`);
  }

  #onEnded(event) {
    const { kind, link: id, code } = event;
    const link = this.known.get(id);
    must(link !== undefined, 'ended-twice', () => `${kind} of link ${id}, which is gone`);
    must(this.#step.hungUp.has(id), 'not-hung-up', () => `${kind} of link ${id} without hang-up`);
    must(link.isOpen === (kind === 'link-lost'), 'ended-otherwise', () => `${kind}: ${link.state}`);
    this.#expectReason(link, code);
    this.known.delete(id);
    this.#step.ended.set(id, link);
    if (!link.isOpen) return;
    this.openCount--;
    this.#expectCount(event);
  }

  #expectReason(link, code) {
    const { input, now, ended } = this.#step;
    const expected = this.#endingsOf(link);
    const isExpected = expected.includes(code);
    must(expected.length === 0 || isExpected, 'other-reason', () => {
      return `link ${link.id} was closed for ${code}; ${expected.join(' or ')} is right`;
    });
    const isFault = FAULTS.has(code) || (code === 'self' && input.kind !== 'link-opened');
    must(!isFault || isExpected, 'closed-wrongly', () => {
      return `link ${link.id} was closed for ${code}, but did no wrong`;
    });
    if (!isExpected) this.#handshakes.expectLate(link, code, now);
    if (code === 'duplicate-link') {
      const others = [...this.known.values(), ...ended.values()];
      this.#handshakes.expectDuplicate(link, others, (other) => this.#saidOn(other));
    }
    const wasTold = link.isOpen || (link.state === 'judged' && !link.isAdmitted);
    must(code !== 'wrong-proof' || wasTold, 'no-510', () => `link ${link.id} was not refused`);
  }

  end(snapshot) {
    const { input, now, hungUp, ended, endings } = this.#step;
    for (const id of hungUp) {
      // Who was only dialled to see whether he is there is let go without a word.
      const wasFelt = this.known.get(id)?.dialled !== undefined && !this.known.get(id).isOpen;
      if (wasFelt) this.known.delete(id);
      must(!this.known.has(id), 'not-reported', () => `the end of link ${id}`);
    }
    must(endings.length === 0 || ended.has(input.link), 'not-closed', () => {
      return `link ${input.link} is still there after ${input.message?.kind}: ${endings.join()}`;
    });
    for (const link of ended.values()) {
      const isSolving = link.solving !== undefined || link.proving.length > 0;
      must(!isSolving, 'still-solving', () => `for link ${link.id}, which has ended`);
    }
    for (const link of this.known.values()) {
      if (link.isOpen) {
        must(link.solving === undefined, 'still-solving', () => `for link ${link.id}, open`);
        this.#extension.expectSettled(link, input.kind === 'wake', now);
        continue;
      }
      this.#handshakes.expectSettled(link);
      if (input.kind === 'wake') this.#handshakes.expectNotLate(link, now);
    }
    this.#expectSnapshot(snapshot);
  }

  #expectSnapshot({ links, sizes }) {
    const pending = this.known.size - this.openCount;
    let proving = 0;
    for (const link of this.known.values()) proving += link.proving.length;
    const isRight =
      sizes.openLinks.size === this.openCount &&
      sizes.pendingLinks.size === pending &&
      sizes.dials.size === this.dials.size &&
      sizes.offerProofs.size === proving;
    must(isRight, 'other-sizes', () => {
      const own = [this.openCount, pending, this.dials.size, proving].join(' ');
      return `${JSON.stringify(sizes)}; open, pending, dials, proofs are ${own}`;
    });
    const isTheSame =
      links.length === this.known.size &&
      links.every((link) => this.known.get(link.link)?.isOpen === (link.state === 'open'));
    must(isTheSame, 'other-links', () => JSON.stringify(links));
  }
}

function newLink({ link: id, dialled, remote, local }, now) {
  return {
    id,
    dialled,
    remote,
    local,
    /** Where the peer listens, as far as it is known. */
    listening: dialled,
    isOpen: false,
    isPaused: false,
    isQueueFull: false,
    state: dialled === undefined ? 'awaiting-info' : 'introducing',
    /** When it came into this state. */
    since: now,
    /** The challenge that the node gave, and how many it was given. */
    challenge: undefined,
    challenges: 0,
    /** The challenge that is being solved, and the answers that are being proved. */
    solving: undefined,
    wasSolving: false,
    proving: [],
    /** The node's questions that are open, and how many of the peer's are. */
    questions: [],
    owesOffers: 0,
    extension: ExtensionRules.newState(),
    /** It was told that it is open, and is not yet. */
    isAdmitted: false,
  };
}
