/**
 * Makes adversaries: nodes that run the real core until their moment and play a role from then on.
 *
 *     const group = new AdversaryGroup({ random: seededRandom(seed, 1) });
 *     const core = adversaryCore({ plan, group, honest, at: 60_000, target: { dataType: 1337, size: 100 } });
 *     simulation.addNode({}, { core, isHostile: true });
 *
 * A further role is a {@link RoleMaker} in a file of its own, its name and what it does in roles.ts, and its
 * line in {@link MAKERS}. From its moment on it gets every input of the node and gives all its effects
 * (role.ts), so it can
 *
 * - change what the real core does (dropper.ts), or what it is told;
 * - act at times of its own (beating.ts), or at once on what another of its group has seen (squatter.ts, liar.ts);
 * - answer in place of the real core (poisoner.ts, inventor.ts);
 * - have links that the real core knows nothing of (hog.ts): many identities on one machine, each with
 *   handshakes of its own, are a map of such links;
 * - learn whom there is to attack (scout.ts), for attacks on tables of addresses.
 *
 * What it must keep is the host's contract of a core (core/inputs.ts). The protocol it may break.
 */
import type { Effect } from '../../core/effects.ts';
import type { Input } from '../../core/inputs.ts';
import type { Instant } from '../../core/settings.ts';
import type { NodeSnapshot, Sizes } from '../../core/snapshot.ts';
import type { AdversaryPlan } from '../scenario/scenario.ts';
import type { Core, CoreFactory } from '../world.ts';
import { makeBabbler } from './babbler.ts';
import { makeComparer } from './comparer.ts';
import { makeDropper } from './dropper.ts';
import { makeFlapper } from './flapper.ts';
import { makeFlooder, makeSpammer } from './flooder.ts';
import type { AdversaryGroup } from './group.ts';
import { makeHog } from './hog.ts';
import { makeInventor } from './inventor.ts';
import { makeForger, makeLiar } from './liar.ts';
import { OpenLinks, watched } from './open-links.ts';
import { makePoisoner } from './poisoner.ts';
import { makePuller } from './puller.ts';
import { earlier, type AttackTarget, type Role, type RoleContext, type RoleMaker } from './role.ts';
import type { AdversaryRole } from './roles.ts';
import { makeSleeper } from './sleeper.ts';
import { makeSquatter } from './squatter.ts';
import { makeTruncator } from './truncator.ts';

/** How each role is begun. */
const MAKERS: Readonly<Record<AdversaryRole, RoleMaker>> = {
  dropper: makeDropper,
  truncator: makeTruncator,
  squatter: makeSquatter,
  flooder: makeFlooder,
  spammer: makeSpammer,
  poisoner: makePoisoner,
  hog: makeHog,
  sleeper: makeSleeper,
  liar: makeLiar,
  forger: makeForger,
  inventor: makeInventor,
  puller: makePuller,
  flapper: makeFlapper,
  comparer: makeComparer,
  babbler: makeBabbler,
};

export interface AdversaryOptions {
  /** Its `role` and `rate` count; who and how many there are is for the caller to see to. */
  readonly plan: AdversaryPlan;
  /** Those it works together with: one group for all nodes of the plan. */
  readonly group: AdversaryGroup;
  /** What it runs until its moment, and what does the ordinary work afterwards. */
  readonly honest: CoreFactory;
  /**
   * When it begins to misbehave, in virtual time since the beginning of the simulation. Default: at its start. A
   * function is asked at every input: a moment that is not known yet is Infinity, and once it is known, the
   * node notices at its next input.
   */
  readonly at?: Instant | (() => Instant);
  /** What the announcements under attack are like. Default: {@link DEFAULT_TARGET}. */
  readonly target?: AttackTarget;
}

export const DEFAULT_TARGET: AttackTarget = { dataType: 1_337, size: 100 };

/** What an adversary's node runs. A node that is started anew after its moment misbehaves from the start. */
export function adversaryCore(options: AdversaryOptions): CoreFactory {
  const { plan, group, at = 0, target = DEFAULT_TARGET } = options;
  return (coreOptions) => {
    const { settings, random, proofs } = coreOptions;
    group.join({ ...settings.listenAddress, port: settings.advertisedPort });
    const links = new OpenLinks();
    const honest = watched(options.honest(coreOptions), links);
    const context = { honest, links, settings, plan, group, random, proofs, target };
    return new Adversary(context, typeof at === 'function' ? at : () => at);
  };
}

class Adversary implements Core {
  readonly #context: RoleContext;
  readonly #at: () => Instant;
  /** Undefined until its moment. */
  #role: Role | undefined;
  /** What the real core shows of itself; a role that has put it aside leaves it as it was. */
  readonly snapshot?: () => NodeSnapshot;
  readonly sizes?: () => Sizes;

  constructor(context: RoleContext, at: () => Instant) {
    this.#context = context;
    this.#at = at;
    if (context.honest.snapshot !== undefined) this.snapshot = context.honest.snapshot;
    if (context.honest.sizes !== undefined) this.sizes = context.honest.sizes;
  }

  handle(input: Input, now: Instant): readonly Effect[] {
    if (this.#role === undefined && now >= this.#at()) {
      this.#role = MAKERS[this.#context.plan.role](this.#context, now);
    }
    return (this.#role ?? this.#context.honest).handle(input, now);
  }

  nextDeadline(): Instant | undefined {
    if (this.#role !== undefined) return this.#role.nextDeadline();
    return earlier(this.#context.honest.nextDeadline(), this.#at());
  }
}
