/**
 * One node, watched: every input goes through here, and what the node answers is held against the books of
 * its links, announcements and programs, against its own bounds, and its deadlines. Inputs are lent to the
 * node as the daemon lends them: their bytes are overwritten once it has answered.
 */
import { must } from '../failure.mjs';
import { AnnouncementBook } from './announcements.mjs';
import { ExtensionRules } from './extension.mjs';
import { LinkBook } from './links.mjs';

const JUNK = 0xa5;

export class Auditor {
  now = 1_000;
  links;
  announcements;
  #core;
  #features;
  #trace;

  /**
   * @param {object} options
   * @param options.code The code under test.
   * @param options.settings Of the node.
   * @param options.random What the node draws from.
   * @param options.proofs How the node checks proofs.
   * @param {import('../features.mjs').Features} options.features Told which inputs led to what.
   * @param {string[]} [options.trace] Gets a line for each input.
   */
  constructor({ code, settings, random, proofs, features, trace }) {
    this.#core = new code.GossipNode({ settings, random, proofs });
    this.#features = features;
    this.#trace = trace;
    const extension = new ExtensionRules({ settings, proofs });
    this.links = new LinkBook({ code, settings, proofs, extension });
    this.announcements = new AnnouncementBook({ settings, links: this.links, extension });
  }

  get clients() {
    return this.announcements.programs.clients;
  }

  nextDeadline() {
    return this.#core.nextDeadline();
  }

  sizes() {
    return this.#core.sizes();
  }

  /** Hands the node an input and returns its effects, each checked in its order. */
  give(input) {
    const state = this.links.known.get(input.link)?.state ?? '';
    this.#trace?.push(`${this.now} ms: ${lineOf(input)}`);
    this.links.begin(input, this.now);
    this.announcements.begin(input, this.now);
    const lent = lend(input);
    const effects = this.#core.handle(lent.input, this.now);
    for (const effect of effects) {
      this.#trace?.push(`   → ${lineOf(effect)}`);
      this.#features.note(featureOf(input, state, effect));
      this.announcements.effect(effect);
      this.links.effect(effect);
    }
    lent.takeBack();
    this.#expectEnd(input);
    return effects;
  }

  #expectEnd(input) {
    const snapshot = this.#core.snapshot();
    this.links.end(snapshot);
    this.announcements.end(snapshot);
    for (const [thing, { size, max }] of Object.entries(snapshot.sizes)) {
      must(size >= 0 && size <= max, 'bound', () => `${thing}: ${size}, at most ${max} are right`);
    }
    const next = this.#core.nextDeadline();
    if (input.kind !== 'wake') return;
    must(next === undefined || next > this.now, 'busy-loop', () => {
      return `woken at ${this.now}, the node wants to be woken at ${next} again`;
    });
  }
}

/** The same input with bytes of its own, which are junk once the node has answered. */
function lend(input) {
  const own = input.kind === 'message' ? input.message : input;
  const name = own.data === undefined ? 'body' : 'data';
  const isLent = own[name] !== undefined && input.kind !== 'offer-proven';
  if (!isLent) return { input, takeBack: () => undefined };
  const copy = own[name].slice();
  const changed = { ...own, [name]: copy };
  return {
    input: input.kind === 'message' ? { ...input, message: changed } : changed,
    takeBack: () => copy.fill(JUNK),
  };
}

/** What led to what: the input, the state it met and one effect. */
function featureOf(input, state, effect) {
  const detail = effect.message?.kind ?? effect.event?.code ?? effect.event?.kind ?? '';
  const text = `${input.kind} ${input.message?.kind} ${state} ${effect.kind} ${detail}`;
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
  return sum;
}

function lineOf(thing) {
  return JSON.stringify(thing, (_key, value) => {
    return value instanceof Uint8Array ? `${value.length} bytes` : value;
  });
}
