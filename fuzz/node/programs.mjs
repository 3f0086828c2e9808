/**
 * The local programs of a node and what they owe: who is notified, for whose verdict a message waits, when the
 * vote on it ends and how. Predicted from the protocol; only the message IDs are the node's choice.
 *
 * What it holds the node to: everybody who subscribes is notified once, but for the announcer and those whose
 * queue is full; message IDs are not used again too soon; whoever lets three notifications in a row time out
 * is not waited for until he answers one in time.
 */
import { must } from '../failure.mjs';

const TIMEOUTS_UNTIL_SILENT = 3;

export class ProgramBook {
  /** @type {Map<number, any>} By id. */
  clients = new Map();
  /** What somebody owes an answer to, oldest first. */
  #rounds = new Set();
  #settings;
  #onVoted;
  #news;
  #told;
  #now = 0;

  /**
   * @param {object} options
   * @param options.settings Of the node.
   * @param {(record: object, outcome: 'accepted' | 'refused' | 'abstained') => void} options.onVoted Told how
   *   the vote on a message has ended.
   */
  constructor({ settings, onVoted }) {
    this.#settings = settings;
    this.#onVoted = onVoted;
  }

  begin(input, now) {
    this.#now = now;
    /** Reports that must come in this step. */
    this.#news = [];
    /** The message that is put to programs in this step, if any. */
    this.#told = undefined;
    const client = this.clients.get(input.client);
    switch (input.kind) {
      case 'client-joined':
        return this.#onJoined(input.client);
      case 'subscribe':
        client.types.add(input.dataType);
        return;
      case 'client-queue':
        client.isQueueFull = input.queue.level === 'full';
        return;
      case 'verdict':
      case 'abstain':
        return this.#onAnswer(client, input);
      case 'client-gone':
        return this.#onGone(client);
      case 'wake':
        return this.#onWake(now);
      default:
    }
  }

  #onJoined(id) {
    if (this.clients.size >= this.#settings.bounds.clientsMax) {
      this.#news.push(`client-refused ${id}`, `drop-client ${id}`);
      return;
    }
    const [owed, resting] = [new Map(), new Map()];
    this.clients.set(id, { id, types: new Set(), owed, resting, timeouts: 0, isPaused: false });
  }

  /**
   * A message comes up for the subscribers of its type, `except` one.
   * @param record What the vote decides on; undefined where nothing waits for it.
   * @returns {'no-subscriber' | 'undecided' | 'abstained'}
   */
  ask({ dataType, data }, except, record) {
    const all = [...this.clients.values()];
    const audience = all.filter(({ id, types }) => id !== except && types.has(dataType));
    if (audience.length === 0) return 'no-subscriber';
    const reachable = audience.filter((client) => !client.isQueueFull);
    for (const { id, isQueueFull } of audience) {
      if (isQueueFull) this.#news.push(`notification-dropped ${id} ${dataType} queue-full`);
    }
    if (reachable.length === 0) return 'abstained';
    const deadline = this.#now + this.#settings.validationTimeout;
    const waiting = new Set(reachable.filter((client) => !isSilent(client)));
    const round = { record, dataType, deadline, waiting, owing: new Set(), isAccepted: false };
    if (waiting.size === 0) round.record = undefined;
    this.#rounds.add(round);
    this.#told = { round, text: textOf(data), clients: new Set(reachable) };
    return round.record === undefined ? 'abstained' : 'undecided';
  }

  #onAnswer(client, { kind, client: id, messageId, valid }) {
    const round = client?.owed.get(messageId);
    if (round === undefined) {
      this.#news.push(`verdict-ignored ${id}`);
      return;
    }
    if (isSilent(client)) this.#news.push(`subscriber-answers ${id}`);
    client.owed.delete(messageId);
    client.timeouts = 0;
    this.#settle(client, round);
    const wasWaitedFor = round.waiting.delete(client);
    if (kind === 'verdict' && valid) round.isAccepted = true;
    if (kind === 'verdict' && !valid) this.#end(round, 'refused');
    else if (round.waiting.size === 0 && (wasWaitedFor || valid)) this.#end(round);
  }

  #onGone(client) {
    this.clients.delete(client.id);
    for (const round of client.owed.values()) {
      this.#settle(client, round);
      this.#abstain(client, round);
    }
  }

  #onWake(now) {
    for (const round of this.#rounds) {
      if (round.deadline > now) return;
      this.#rounds.delete(round);
      this.#timeOut(round, now);
    }
  }

  #timeOut(round, now) {
    const fallenSilent = [];
    for (const client of round.owing) {
      const messageId = [...client.owed].find(([, owed]) => owed === round)[0];
      client.owed.delete(messageId);
      client.resting.set(messageId, now + 2 * this.#settings.validationTimeout);
      if (++client.timeouts === TIMEOUTS_UNTIL_SILENT) fallenSilent.push(client);
    }
    this.#end(round);
    for (const client of fallenSilent) {
      this.#news.push(`subscriber-silent ${client.id} ${round.dataType}`);
      for (const owed of client.owed.values()) this.#abstain(client, owed);
    }
  }

  #settle(client, round) {
    round.owing.delete(client);
    if (round.owing.size === 0) this.#rounds.delete(round);
  }

  #abstain(client, round) {
    if (round.waiting.delete(client) && round.waiting.size === 0) this.#end(round);
  }

  #end(round, outcome = round.isAccepted ? 'accepted' : 'abstained') {
    const { record } = round;
    if (record === undefined) return;
    round.record = undefined;
    this.#onVoted(record, outcome);
  }

  effect(effect) {
    switch (effect.kind) {
      case 'notify':
        return this.#onNotify(effect);
      case 'drop-client':
        return this.#takeNews(`drop-client ${effect.client}`);
      case 'pause-client':
      case 'resume-client':
        return this.#onPause(effect);
      case 'report':
        return this.#onReport(effect.event);
      default:
    }
  }

  #onNotify({ clients, messageId, dataType, data }) {
    const told = this.#told;
    const isRight = told?.round.dataType === dataType && told.text === textOf(data);
    must(isRight, 'notified-of-what', () => `clients ${clients} of data type ${dataType}`);
    must(messageId >= 1 && messageId <= 65_535, 'message-id', () => `message ID ${messageId}`);
    for (const id of clients) {
      const client = this.clients.get(id);
      must(told.clients.delete(client), 'notified-whom', () => `client ${id}`);
      const isFree = !client.owed.has(messageId) && !(client.resting.get(messageId) > this.#now);
      must(isFree, 'id-used-again', () => `message ID ${messageId} for client ${id}`);
      client.owed.set(messageId, told.round);
      told.round.owing.add(client);
    }
  }

  #onPause({ kind, client: id }) {
    const client = this.clients.get(id);
    const isPaused = kind === 'pause-client';
    must(client !== undefined, 'unknown-client', () => `${kind} for client ${id}, which is gone`);
    must(
      client.isPaused !== isPaused,
      'paused-twice',
      () => `${kind} for client ${id}, which is so`,
    );
    client.isPaused = isPaused;
  }

  #onReport({ kind, client, dataType, why }) {
    switch (kind) {
      case 'client-refused':
      case 'subscriber-answers':
      case 'verdict-ignored':
        return this.#takeNews(`${kind} ${client}`);
      case 'subscriber-silent':
        return this.#takeNews(`${kind} ${client} ${dataType}`);
      case 'notification-dropped':
        return this.#takeNews(`${kind} ${client} ${dataType} ${why}`);
      default:
    }
  }

  #takeNews(what) {
    const index = this.#news.indexOf(what);
    must(index >= 0, 'news', () => `"${what}" is not so`);
    this.#news.splice(index, 1);
  }

  end({ sizes }) {
    const told = this.#told;
    must(told === undefined || told.clients.size === 0, 'not-notified', () => {
      return `clients ${[...told.clients].map(({ id }) => id)} of data type ${told.round.dataType}`;
    });
    must(this.#news.length === 0, 'no-news', () => `"${this.#news[0]}" did not come`);
    const { size } = sizes.clients;
    must(
      size === this.clients.size,
      'other-sizes',
      () => `${size} clients, not ${this.clients.size}`,
    );
  }
}

function isSilent(client) {
  return client.timeouts >= TIMEOUTS_UNTIL_SILENT;
}

/** Bytes as text that can be compared. */
export function textOf(data) {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
}
