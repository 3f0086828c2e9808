/**
 * Carries out what a simulated node decides, as the daemon does with sockets and workers. Nothing here
 * calls the core: whatever comes of an effect comes back as a later event.
 */
import { unreachable } from '../basics/assert.ts';
import { laneOf, type Effect } from '../core/effects.ts';
import type { NodeEvent } from '../core/events.ts';
import type { ClientId, Input, LinkId } from '../core/inputs.ts';
import { canonicalHost } from '../wire/address.ts';
import { joinOffer, type PeerMessage } from '../wire/peer-messages.ts';
import { Announcement, type TravellingMessage } from './announcement.ts';
import type { NodeChecker } from './checkers.ts';
import type { Counters } from './counters.ts';
import type { LinkEnd, Machine } from './link-end.ts';
import { overTheWire } from './over-the-wire.ts';
import { nonceFor, OFFER_DIFFICULTY, offerNonceFor, type Prover } from './proof-of-work.ts';
import type { SimClient } from './sim-client.ts';
import type { World } from './world.ts';

/** An effect of one kind. */
type Doing<Kind extends Effect['kind']> = Extract<Effect, { readonly kind: Kind }>;

export interface EffectRunnerOptions {
  readonly world: World;
  readonly machine: Machine;
  readonly links: Map<LinkId, LinkEnd>;
  readonly clients: Map<ClientId, SimClient>;
  readonly prover: Prover;
  readonly checker: NodeChecker | undefined;
  readonly counters: Counters;
  readonly isHostile: boolean;
  /** How answers to effects come back, each called from an event of its own. */
  readonly step: (input: Input) => void;
}

export class EffectRunner {
  /** How often the node has reported each kind of event. An object, which takes a third of a Map. */
  readonly #reports: { [Kind in NodeEvent['kind']]?: number } = {};
  readonly #world: World;
  readonly #machine: Machine;
  readonly #links: Map<LinkId, LinkEnd>;
  readonly #clients: Map<ClientId, SimClient>;
  readonly #prover: Prover;
  readonly #checker: NodeChecker | undefined;
  readonly #counters: Counters;
  readonly #isHostile: boolean;
  readonly #step: (input: Input) => void;

  constructor(options: EffectRunnerOptions) {
    this.#world = options.world;
    this.#machine = options.machine;
    this.#links = options.links;
    this.#clients = options.clients;
    this.#prover = options.prover;
    this.#checker = options.checker;
    this.#counters = options.counters;
    this.#isHostile = options.isHostile;
    this.#step = options.step;
  }

  /** How often the node has reported events of one kind. */
  reported(kind: NodeEvent['kind']): number {
    return this.#reports[kind] ?? 0;
  }

  /** Carries out one effect of an input; `cause` is the announcement that the input carried. */
  run(effect: Effect, cause: Announcement | undefined): void {
    if (effect.kind === 'send') return this.#send(effect, cause);
    this.#checker?.effect(effect, undefined);
    switch (effect.kind) {
      case 'dial':
        return this.#world.network.dial(this.#machine, effect.address);
      case 'resolve':
        return this.#resolve(effect);
      case 'unsend':
        for (const link of effect.links) this.#links.get(link)?.withdraw(effect.tag);
        return;
      case 'hang-up':
        return this.#hangUp(effect.link);
      case 'solve':
        return this.#solve(effect);
      case 'prove-offer':
        return this.#proveOffer(effect);
      case 'cancel-proofs':
        return this.#prover.cancel(effect.link);
      case 'notify':
        return this.#notify(effect, cause);
      case 'drop-client':
        this.#clients.get(effect.client)?.onDropped();
        this.#clients.delete(effect.client);
        return;
      case 'pause-client':
      case 'resume-client':
        return this.#clients.get(effect.client)?.setPaused(effect.kind === 'pause-client');
      case 'pause-link':
      case 'resume-link':
        return this.#links.get(effect.link)?.setPaused(effect.kind === 'pause-link');
      case 'report':
        return this.#onReport(effect.event);
      default:
        return unreachable(effect);
    }
  }

  #send(effect: Doing<'send'>, cause: Announcement | undefined): void {
    const message = this.#travelling(effect.message, cause);
    const announce = message.kind === 'peer-announce' ? message : undefined;
    this.#checker?.effect(effect, announce);
    const lane = laneOf(effect);
    this.#counters.noteSent(message, effect.links.length);
    for (const link of effect.links) this.#links.get(link)?.send(message, lane, effect.tag);
  }

  /** A copy of a message that nobody will change on its way. */
  #travelling(original: PeerMessage, cause: Announcement | undefined): TravellingMessage {
    const message = this.#world.usesWire ? overTheWire(original) : original;
    switch (message.kind) {
      case 'peer-announce': {
        const { kind, id, ttl, dataType } = message;
        const announcement = this.#world.ledger.trace(this.#machine.index, message, cause, () => {
          const { now } = this.#world.events;
          return new Announcement(this.#machine.index, message, now, this.#isHostile);
        });
        return { kind, id, ttl, dataType, data: announcement.data, announcement };
      }
      case 'peer-offer':
        return { kind: message.kind, body: message.body.slice() };
      default:
        return { ...message };
    }
  }

  #notify(effect: Doing<'notify'>, announcement: Announcement | undefined): void {
    const { messageId, dataType } = effect;
    const at = this.#world.events.now;
    const data = announcement?.data ?? effect.data.slice();
    this.#world.tally.deliveries += effect.clients.length;
    announcement?.noteNotified(this.#machine.index, at);
    for (const client of effect.clients) {
      this.#clients.get(client)?.onNotified({ at, messageId, dataType, data, announcement });
    }
  }

  #hangUp(link: LinkId): void {
    this.#links.get(link)?.hangUp();
    this.#links.delete(link);
    this.#prover.cancel(link);
  }

  #solve(effect: Doing<'solve'>): void {
    const { link, challenge, difficulty, hashesMax } = effect;
    const onDone = (isFound: boolean): void => {
      const nonce = isFound ? nonceFor(challenge, difficulty) : undefined;
      if (this.#links.has(link)) this.#step({ kind: 'proof-found', link, nonce });
    };
    this.#prover.add({ link, purpose: 'connection', difficulty, hashesMax, onDone });
  }

  #proveOffer(effect: Doing<'prove-offer'>): void {
    const { link, challenge } = effect;
    const text = effect.text.slice();
    const nonce = offerNonceFor(challenge, text);
    const onDone = (): void => {
      const { body } = joinOffer({ challenge, nonce, text });
      if (this.#links.has(link)) this.#step({ kind: 'offer-proven', link, body });
    };
    const hashesMax = Number.POSITIVE_INFINITY;
    const difficulty = OFFER_DIFFICULTY;
    this.#prover.add({ link, purpose: 'offer', difficulty, hashesMax, onDone });
  }

  #resolve(effect: Doing<'resolve'>): void {
    const { name } = effect;
    const { events, names, nameDelay } = this.#world;
    const literal = canonicalHost(name.host);
    const fire = (): void => {
      const hosts = literal === undefined ? (names.get(name.host) ?? []) : [literal];
      const addresses = hosts.map((host) => ({ host, port: name.port }));
      this.#step({ kind: 'resolved', name, addresses });
    };
    events.put(events.now + nameDelay, { fire });
  }

  #onReport(event: NodeEvent): void {
    this.#reports[event.kind] = this.reported(event.kind) + 1;
    if (event.kind === 'link-established' || event.kind === 'link-lost') {
      const end = this.#links.get(event.link);
      if (end !== undefined) end.isEstablished = event.kind === 'link-established';
    }
  }
}
