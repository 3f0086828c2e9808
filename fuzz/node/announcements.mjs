/**
 * What a node may do with announcements, predicted from the protocol: which is new, what is forwarded, with
 * which TTL and to how many, and what is stopped. Only what is random is left to the node: the ids of its own
 * and the choice among links.
 *
 * What it holds the node to: no forward without a verdict where subscribers were waited for, and every forward
 * that is due; nothing to the sender of the copy that is forwarded; a further copy is used only if its TTL is
 * strictly larger; the bytes that leave are those that came.
 */
import { must } from '../failure.mjs';
import { ProgramBook, textOf } from './programs.mjs';

/** No copy of one's own announcement is ever better than it. */
const OWN_RANK = 257;
/** A message that waits may keep a whole block of memory that it shares with others. */
const OVERHEAD_BYTES_MAX = 17_000;

export class AnnouncementBook {
  /** @type {ProgramBook} */
  programs;
  #settings;
  #links;
  #extension;
  /** Messages remembered as seen, oldest first, by what makes two copies the same. */
  #seen = new Map();
  /** Those that wait for verdicts, as far as we know. */
  #waiting = new Set();
  /** Whether one of them may have made room. */
  #hasDoubts = false;
  #unknownIds = 0;
  #step;

  /** @param {{ settings, links: import('./links.mjs').LinkBook }} options */
  constructor({ settings, links, extension }) {
    this.#settings = settings;
    this.#links = links;
    this.#extension = extension;
    const onVoted = (record, outcome) => this.#onVoted(record, outcome);
    this.programs = new ProgramBook({ settings, onVoted });
  }

  begin(input, now) {
    /** What must leave and what must be reported in this step, and the own announcement in it. */
    this.#step = { now, forwards: [], stops: [], own: undefined };
    this.programs.begin(input, now);
    if (input.kind === 'announce') this.#onAnnounce(input);
    if (input.kind !== 'message' || input.message.kind !== 'peer-announce') return;
    if (this.#links.known.get(input.link).isOpen) this.#onCopy(input.message, input.link);
  }

  #onCopy(message, sender) {
    this.#expire();
    this.#extension.onAnnounce(message);
    const { ttl, dataType } = message;
    const rank = ttl === 0 ? 256 : ttl;
    const key = keyOf(message);
    const known = this.#seen.get(key);
    if (known === undefined) {
      const record = { key, dataType, rank, ttl, sender, outcome: 'waiting', isDoubtful: false };
      record.digest = this.#extension.digestOf(message);
      record.size = message.data.length;
      this.#remember(record);
      this.#onNew(record, message);
    } else if (rank > known.rank) {
      Object.assign(known, { rank, ttl, sender });
      if (known.outcome === 'accepted') this.#step.forwards.push({ ...known });
    }
  }

  #onNew(record, message) {
    switch (this.programs.ask(message, undefined, record)) {
      case 'undecided':
        this.#waiting.add(record);
        return;
      case 'abstained':
        return this.#stop(record, 'abstained');
      default:
        if (this.#settings.relay === 'all') this.#accept(record);
        else this.#stop(record, 'no-subscriber');
    }
  }

  #onAnnounce(announcement) {
    this.#expire();
    const { client, dataType, data, ttl } = announcement;
    // Its id is known once it has been sent.
    const key = `own ${this.#unknownIds++}`;
    this.#remember({ key, rank: OWN_RANK, outcome: 'own', isDoubtful: false });
    const isDue = this.#links.receivers().length > 0;
    this.#extension.onOwn(dataType, data.length);
    this.#step.own = { key, dataType, ttl, text: textOf(data), isDue };
    this.programs.ask(announcement, client, undefined);
  }

  #remember(record) {
    record.at = this.#step.now;
    if (this.#seen.size === this.#settings.bounds.seenMax) {
      const [oldest] = this.#seen.keys();
      this.#seen.delete(oldest);
    }
    this.#seen.set(record.key, record);
  }

  #expire() {
    for (const [key, record] of this.#seen) {
      if (this.#step.now - record.at < this.#settings.seenWindow) return;
      this.#seen.delete(key);
    }
  }

  #onVoted(record, outcome) {
    this.#waiting.delete(record);
    if (outcome === 'accepted') this.#accept(record);
    else this.#stop(record, outcome);
  }

  #accept(record) {
    record.outcome = 'accepted';
    this.#extension.onAccepted(record.digest, record.dataType, record.size);
    this.#step.forwards.push({ ...record });
  }

  #stop(record, why) {
    record.outcome = 'stopped';
    this.#step.stops.push({ what: `${why} ${record.dataType}`, isOptional: record.isDoubtful });
  }

  effect(effect) {
    this.programs.effect(effect);
    if (effect.kind === 'send' && effect.message.kind === 'peer-announce') this.#onSend(effect);
    if (effect.kind === 'report' && effect.event.kind === 'message-stopped') {
      this.#onStopped(effect.event);
    }
  }

  #onSend({ links, message, own }) {
    for (const id of links) {
      const isOpen = this.#links.known.get(id)?.isOpen === true;
      must(isOpen, 'not-open', () => `504 on link ${id}, which is not open`);
    }
    if (links.every((id) => this.#links.isGiven(id))) return;
    if (!own) return this.#takeForward(message, links);
    this.#takeOwn(message);
    this.#expectFanOut(links, undefined);
  }

  #expectFanOut(links, sender) {
    if (this.#isNaming()) return this.#expectFewEnough(links);
    const due = this.#fanOut(sender);
    must(links.length === due, 'fan-out', () => `504 to ${links.length} links, ${due} are right`);
  }

  /** With peers around that speak the extension, whom a message is sent whole is for the node to say. */
  #isNaming() {
    return this.#links.receivers().some((link) => this.#extension.isSpoken(link));
  }

  #expectFewEnough(links) {
    const { degree } = this.#settings;
    must(links.length <= degree, 'fan-out', () => `504 to ${links.length} links, degree ${degree}`);
  }

  /** To how many links a message goes that `sender` has sent. */
  #fanOut(sender) {
    return Math.min(this.#settings.degree, this.#othersThan(sender));
  }

  #othersThan(sender) {
    return this.#links.receivers().filter(({ id }) => id !== sender).length;
  }

  /**
   * Strikes a forward off the list of those that are due; of several copies, one that fits, and rather one
   * that must be sent than one that may have made room: once a message is forgotten as seen, it can be both.
   */
  #takeForward(message, links) {
    const key = keyOf(message);
    const { forwards } = this.#step;
    const isDue = (due) => due.key === key && nextTtl(due.ttl) === message.ttl;
    const isNaming = this.#isNaming();
    const isEnough = (sender) => isNaming || links.length === this.#fanOut(sender);
    const fits = ({ sender }) => !links.includes(sender) && isEnough(sender);
    const certain = forwards.findIndex((due) => isDue(due) && fits(due) && !due.isDoubtful);
    const index = certain >= 0 ? certain : forwards.findIndex((due) => isDue(due) && fits(due));
    if (index >= 0) {
      forwards.splice(index, 1);
      return;
    }
    const wrong = forwards.find(isDue);
    must(wrong !== undefined, 'forward', () => {
      const outcome = this.#seen.get(key)?.outcome ?? 'unknown';
      return `a 504 was forwarded with TTL ${message.ttl} that is not due; it is ${outcome}`;
    });
    must(!links.includes(wrong.sender), 'to-its-sender', () => `504 to link ${wrong.sender}`);
    this.#expectFanOut(links, wrong.sender);
  }

  #takeOwn(message) {
    const { own } = this.#step;
    const isRight =
      own?.isDue === true &&
      message.dataType === own.dataType &&
      message.ttl === own.ttl &&
      textOf(message.data) === own.text;
    must(
      isRight,
      'own',
      () => `504 of data type ${message.dataType}, TTL ${message.ttl}, as our own`,
    );
    own.isDue = false;
    const key = keyOf(message);
    this.#seen.get(own.key).key = key;
    const { data, dataType } = message;
    this.#extension.onOwnSent(this.#extension.digestOf(message), dataType, data.length);
    // It keeps its place among the seen.
    this.#seen = new Map([...this.#seen.values()].map((record) => [record.key, record]));
  }

  #onStopped({ why, dataType }) {
    if (why === 'over-capacity') return this.#onEvicted(dataType);
    const what = `${why} ${dataType}`;
    const { stops } = this.#step;
    const due = stops.findIndex((stop) => stop.what === what && !stop.isOptional);
    const index = due >= 0 ? due : stops.findIndex((stop) => stop.what === what);
    must(index >= 0, 'stopped', () => `a message is said to have been stopped: ${what}`);
    stops.splice(index, 1);
  }

  /** Some message of this type has made room; which one is not said, so any of them may have. */
  #onEvicted(dataType) {
    const { gatesMax, gateBytesMax } = this.#settings.bounds;
    const { size } = this.#waiting;
    let bytesMax = 0;
    for (const { key } of this.#waiting) bytesMax += key.length + OVERHEAD_BYTES_MAX;
    const isFull = size > gatesMax || bytesMax > gateBytesMax;
    must(isFull, 'evicted', () => `a message made room although there are ${size} only`);
    const doubtful = [...this.#waiting].filter((record) => record.dataType === dataType);
    must(doubtful.length > 0, 'evicted', () => `no message of type ${dataType} waits`);
    for (const record of doubtful) record.isDoubtful = true;
    this.#hasDoubts = true;
  }

  /** How many messages wait at least: those that may have made room do not count. */
  #certain() {
    if (!this.#hasDoubts) return this.#waiting.size;
    const certain = [...this.#waiting].filter(({ isDoubtful }) => !isDoubtful).length;
    this.#hasDoubts = certain < this.#waiting.size;
    return certain;
  }

  end(snapshot) {
    this.programs.end(snapshot);
    const { stops, own, forwards } = this.#step;
    const stop = stops.find(({ isOptional }) => !isOptional);
    must(stop === undefined, 'not-stopped', () => `"${stop.what}" was not reported`);
    const isNaming = this.#isNaming();
    const isSent = own?.isDue !== true || isNaming;
    must(isSent, 'not-announced', () => 'an own announcement was not sent');
    for (const { ttl, sender, isDoubtful, key } of forwards) {
      const others = this.#othersThan(sender);
      const isLeftOut = ttl === 1 || others === 0 || isDoubtful || isNaming;
      must(
        isLeftOut,
        'not-forwarded',
        () => `${key.slice(0, 40)} with TTL ${ttl} to ${others} links`,
      );
    }
    this.#expectSizes(snapshot.sizes);
  }

  #expectSizes({ seen, waitingMessages }) {
    const isRight =
      seen.size === this.#seen.size &&
      waitingMessages.size >= this.#certain() &&
      waitingMessages.size <= this.#waiting.size;
    must(isRight, 'other-sizes', () => {
      const own = `${this.#seen.size}, ${this.#waiting.size}`;
      return `seen ${seen.size}, waiting ${waitingMessages.size}; not ${own}`;
    });
  }
}

function nextTtl(ttl) {
  if (ttl === 1) return undefined;
  return ttl === 0 ? 0 : ttl - 1;
}

/** What makes two copies the same message: id, data type and data. */
function keyOf({ id, dataType, data }) {
  return `${id.high}:${id.low}:${dataType}:${textOf(data)}`;
}
