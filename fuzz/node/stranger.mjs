/**
 * Everything around one node, as random as bytes are: peers that keep to the protocol and such that do not,
 * local programs, dials that are answered or not, time that passes or jumps. Each move is a record of eight
 * bytes: what to do, with whom, and six to choose with.
 *
 * It keeps the host's contract of src/core/inputs.ts, and nothing else.
 */
import { nonceFor, offerNonce } from './proofs.mjs';
import { announcement, flood, pick, TYPES, Words } from './words.mjs';

export const MOVE_BYTES = 8;

const REMOTES = ['10.0.0.2', '10.0.0.3', '127.0.0.1', '8.8.8.8', '2001:db8::7', '192.168.1.1'];
const LEVELS = ['low', 'low', 'high', 'full'];
const MILLIS = [0, 1, 49, 50, 51, 200, 999, 1_000, 1_001, 2_000, 5_000, 60_000, 90_000, 600_000];
/** Wakes within one move; what is due later then waits for the next one. */
const WAKES_MAX = 40;
/** Wakes at the end: far more than it takes. */
const LAST_WAKES_MAX = 10_000;
/** Announcements in one go: some, or seldom more than small tables have room for. */
const FLOOD = 12;
const LARGE_FLOOD = 300;

/** How often each move comes up, of 64. Recorded inputs depend on it: a change makes them mean something else. */
const WEIGHTS = {
  accept: 6,
  goOn: 12,
  say: 6,
  hear: 7,
  answerDial: 4,
  failDial: 2,
  join: 3,
  subscribe: 3,
  verdict: 4,
  announce: 2,
  passTime: 3,
  prove: 2,
  queue: 2,
  close: 1,
  resolve: 2,
  others: 5,
};
const MOVES = Object.entries(WEIGHTS).flatMap(([name, weight]) => Array(weight).fill(name));
/** Under `others`, by the first byte to choose with. */
const RARE = 'stall garbage clientQueue abstain leave meetOneself wake flood shutDown'.split(' ');

export class Stranger {
  #auditor;
  #settings;
  #code;
  #words;
  #nextLink = 1;
  #nextClient = 1;
  #nextPort = 40_000;
  /** Names that are being looked up. */
  #names = [];

  constructor({ code, auditor, settings }) {
    this.#code = code;
    this.#auditor = auditor;
    this.#settings = settings;
    this.#words = new Words({ code, settings, links: auditor.links });
  }

  /** Some links open, and some programs subscribe. */
  start(links, programs) {
    this.#give({ kind: 'start' });
    for (let host = 0; host < links; host++) {
      this.#accept([host, 0]);
      for (let step = 0; step < 2; step++) this.#onLink('goOn', this.#links().at(-1), [0]);
    }
    for (let number = 0; number < programs; number++) {
      this.#join();
      for (let type = number % 2; type < TYPES.length; type++) {
        this.#asClient('subscribe', this.#clients().at(-1), [type]);
      }
    }
  }

  /** Makes one move; does nothing where there is nobody to make it with. */
  move(bytes) {
    const name = MOVES[bytes[0] % MOVES.length];
    const dice = bytes.subarray(2);
    this.#make(name === 'others' ? RARE[dice[0] % RARE.length] : name, bytes[1], dice);
  }

  /** Every queue drains, nobody answers any more, and time passes: what was held up must go on. */
  settle() {
    const queue = { level: 'low', isMoving: true };
    for (const { id } of this.#links()) this.#give({ kind: 'link-queue', link: id, queue });
    for (const { id } of this.#clients()) this.#give({ kind: 'client-queue', client: id, queue });
    this.#passTime(this.#settings.validationTimeout + 5_000, LAST_WAKES_MAX);
  }

  /** Everybody leaves. */
  end() {
    for (const { id } of this.#links()) {
      const isThere = this.#auditor.links.known.has(id);
      if (isThere) this.#give({ kind: 'link-closed', link: id, reason: 'end' });
    }
    for (const { id } of this.#clients()) this.#give({ kind: 'client-gone', client: id });
  }

  #give(input) {
    for (const effect of this.#auditor.give(input)) {
      if (effect.kind === 'resolve') this.#names.push(effect.name);
    }
  }

  #links() {
    return [...this.#auditor.links.known.values()];
  }

  #clients() {
    return [...this.#auditor.clients.values()];
  }

  #make(move, who, dice) {
    switch (move) {
      case 'accept':
        return this.#accept(dice);
      case 'answerDial':
      case 'failDial':
        return this.#endDial(move === 'answerDial', who, dice);
      case 'meetOneself':
        return this.#meetOneself(who, dice);
      case 'passTime':
        return this.#passTime(MILLIS[dice[0] % MILLIS.length] + (dice[1] % 4) / 4, WAKES_MAX);
      case 'stall':
        this.#auditor.now += MILLIS[dice[1] % MILLIS.length];
        return;
      case 'wake':
        return this.#give({ kind: 'wake' });
      case 'shutDown':
        return dice[1] % 8 === 0 ? this.#give({ kind: 'shut-down' }) : undefined;
      case 'resolve':
        return this.#resolve(dice);
      case 'join':
        return this.#join();
      case 'announce':
        return this.#announce(who, dice);
      case 'subscribe':
      case 'verdict':
      case 'abstain':
      case 'clientQueue':
      case 'leave':
        return this.#asClient(move, pick(this.#clients(), who), dice);
      default:
        return this.#onLink(move, pick(this.#links(), who), dice);
    }
  }

  #accept([host, port]) {
    const remote = { host: REMOTES[host % REMOTES.length], port: this.#nextPort++ };
    const { listenAddress } = this.#settings;
    const near = { host: port % 2 === 1 ? '127.0.0.1' : '10.0.0.1', port: listenAddress.port };
    this.#open({ dialled: undefined, remote, local: this.#isOnAll() ? near : listenAddress });
  }

  #open(connection) {
    this.#give({ kind: 'link-opened', link: this.#nextLink++, ...connection });
  }

  #isOnAll() {
    return ['0.0.0.0', '::'].includes(this.#settings.listenAddress.host);
  }

  #endDial(isAnswered, who, [host]) {
    const address = pick(this.#auditor.links.dials.addresses, who);
    if (address === undefined) return;
    if (!isAnswered) return this.#give({ kind: 'dial-failed', address, reason: 'refused' });
    const any = host % 2 === 1 ? '127.0.0.1' : '10.0.0.1';
    const near = this.#isOnAll() ? any : this.#settings.listenAddress.host;
    const local = { host: near, port: this.#nextPort++ };
    this.#open({ dialled: address, remote: address, local });
  }

  /** A dial that reaches this very node: both ends come up, in either order. */
  #meetOneself(who, dice) {
    const address = pick(this.#auditor.links.dials.addresses, who);
    if (address === undefined) return;
    const near = { host: '10.0.0.1', port: this.#nextPort++ };
    const dialled = { dialled: address, remote: address, local: near };
    const accepted = { dialled: undefined, remote: near, local: address };
    const ends = [dialled, accepted];
    for (const end of dice[1] % 2 === 0 ? ends : ends.reverse()) this.#open(end);
  }

  #onLink(move, link, dice) {
    if (link === undefined) return;
    const { id } = link;
    if (move === 'close') return this.#give({ kind: 'link-closed', link: id, reason: 'closed' });
    if (move === 'queue') return this.#give({ kind: 'link-queue', link: id, queue: queue(dice) });
    if (move === 'prove') return this.#prove(link, dice);
    if (move === 'garbage') {
      const violation = { kind: 'violation', code: 'bad-size', reason: 'garbage' };
      return link.isPaused ? undefined : this.#give({ kind: move, link: id, violation });
    }
    for (const message of this.#messages(move, link, dice)) {
      // Nothing is read from a link that is paused, and nothing comes on one that has ended.
      const isThere = this.#auditor.links.known.has(id) && !link.isPaused;
      if (isThere) this.#give({ kind: 'message', link: id, message });
    }
  }

  #messages(move, link, dice) {
    if (move === 'say') return [this.#words.any(link, dice)];
    if (move === 'hear') return [announcement(dice)];
    const next = this.#words.next(link, dice);
    if (move === 'goOn') return next === undefined ? [] : [next];
    const count = dice[1] % 16 === 0 ? LARGE_FLOOD : FLOOD;
    return link.isOpen ? flood(count, dice.subarray(2)) : [];
  }

  #prove({ id: link, solving, proving }, [isFound]) {
    if (solving !== undefined) {
      const nonce = isFound % 8 === 0 ? undefined : nonceFor(solving);
      this.#give({ kind: 'proof-found', link, nonce });
    } else if (proving.length > 0) {
      const { body } = this.#code.joinOffer({ ...proving[0], nonce: offerNonce() });
      this.#give({ kind: 'offer-proven', link, body });
    }
  }

  #resolve([, count, first]) {
    const name = this.#names.shift();
    if (name === undefined) return;
    const addresses = Array.from({ length: count % 4 }, (_, i) => {
      return { host: `10.0.1.${(first + i) % 256}`, port: name.port };
    });
    this.#give({ kind: 'resolved', name, addresses });
  }

  #join() {
    this.#give({ kind: 'client-joined', client: this.#nextClient++ });
  }

  #asClient(move, client, dice) {
    if (client === undefined) return;
    const { id } = client;
    if (move === 'leave') return this.#give({ kind: 'client-gone', client: id });
    if (move === 'clientQueue') {
      return this.#give({ kind: 'client-queue', client: id, queue: queue(dice) });
    }
    if (client.isPaused) return;
    if (move === 'subscribe') {
      return this.#give({ kind: move, client: id, dataType: TYPES[dice[0] % TYPES.length] });
    }
    const owed = pick([...client.owed.keys()], dice[1]) ?? dice[2];
    const messageId = dice[4] % 16 === 0 ? dice[2] : owed;
    const answer = { kind: move, client: id, messageId };
    this.#give(move === 'verdict' ? { ...answer, valid: dice[3] % 4 > 0 } : answer);
  }

  #announce(who, dice) {
    const client = pick([...this.#clients(), undefined], who);
    if (client?.isPaused) return;
    const { ttl, dataType, data } = announcement(dice);
    this.#give({ kind: 'announce', client: client?.id, ttl, dataType, data });
  }

  /** Time passes, and the node is woken when it wants to be, so many times at most. */
  #passTime(millis, wakesMax) {
    const until = this.#auditor.now + millis;
    for (let wakes = 0; wakes < wakesMax; wakes++) {
      const next = this.#auditor.nextDeadline();
      if (next === undefined || next > until) break;
      this.#auditor.now = Math.max(this.#auditor.now, next);
      this.#give({ kind: 'wake' });
    }
    this.#auditor.now = until;
  }
}

function queue(dice) {
  return { level: LEVELS[dice[1] % LEVELS.length], isMoving: dice[2] % 4 > 0 };
}
