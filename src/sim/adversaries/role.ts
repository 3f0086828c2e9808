/**
 * What it takes to play a role: a {@link Role} stands where the real core of a node would, once its moment has
 * come. It has the real core at hand and may let it do the work, hand it other inputs, carry out other
 * effects than it wants, or leave it alone; and it may do things of its own at times of its own.
 */
import type { Random } from '../../basics/random.ts';
import type { Effect } from '../../core/effects.ts';
import type { Input, LinkId } from '../../core/inputs.ts';
import type { Instant, Proofs, Settings } from '../../core/settings.ts';
import type { HaveEntry } from '../../wire/extension-messages.ts';
import type { PeerAnnounce, PeerMessage } from '../../wire/peer-messages.ts';
import type { AdversaryPlan } from '../scenario/scenario.ts';
import type { Core } from '../world.ts';
import type { AdversaryGroup } from './group.ts';
import type { OpenLinks } from './open-links.ts';

/** Plays a role from its moment on. The host's contract is that of a core (core/inputs.ts). */
export interface Role {
  /** Takes one input and says what to do. */
  handle(input: Input, now: Instant): readonly Effect[];
  /**
   * When to hand in a `wake` at the latest. A role that goes on using the real core must not forget the
   * deadline of that: see {@link earlier}.
   */
  nextDeadline(): Instant | undefined;
}

export interface RoleContext {
  /** The real core, which has done everything up to now. What it does goes through `links`. */
  readonly honest: Core;
  /** The links that the real core has open. */
  readonly links: OpenLinks;
  readonly settings: Settings;
  readonly plan: AdversaryPlan;
  readonly group: AdversaryGroup;
  /** This node's own chance; that of the group is `group.random`. */
  readonly random: Random;
  /** For the digests of what it is sent. */
  readonly proofs: Proofs;
  /** The announcements it is aimed at. */
  readonly target: AttackTarget;
}

/** What the announcements under attack are like; junk and spam are made to resemble them. */
export interface AttackTarget {
  readonly dataType: number;
  /** Bytes of data of each; junk is at least `JUNK_BYTES_MIN` long all the same. */
  readonly size: number;
}

/** Begins to play a role at `now`, which is the time of the first input that the role handles. */
export type RoleMaker = (context: RoleContext, now: Instant) => Role;

/** The earlier of two deadlines, either of which may be missing. */
export function earlier(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** Whether an effect passes on an announcement of somebody else. */
export function isPassingOn(effect: Effect): boolean {
  return effect.kind === 'send' && effect.message.kind === 'peer-announce' && !effect.own;
}

/** The announcement that an input brings, and the link it came on. */
export function announceIn(
  input: Input,
): { readonly link: LinkId; readonly message: PeerAnnounce } | undefined {
  if (input.kind !== 'message' || input.message.kind !== 'peer-announce') return undefined;
  return { link: input.link, message: input.message };
}

/** Sends on several links; as if it were its own announcement, so that a full queue drops it last. */
export function sendOn(links: readonly LinkId[], message: PeerAnnounce): readonly Effect[] {
  return links.length === 0 ? [] : [{ kind: 'send', links, message, own: true }];
}

/** Sends anything on several links. */
export function say(links: readonly LinkId[], message: PeerMessage): readonly Effect[] {
  return links.length === 0 ? [] : [{ kind: 'send', links, message, own: false }];
}

/** The messages that an input tells of, as a 522 would name them. */
export function namedIn(input: Input, proofs: Proofs): readonly HaveEntry[] {
  if (input.kind !== 'message') return [];
  const { message } = input;
  if (message.kind === 'peer-have') return message.entries;
  if (message.kind !== 'peer-announce') return [];
  const { id, dataType, data, ttl } = message;
  const digest = proofs.digest(id, dataType, data);
  return [{ digest, dataType, size: data.length, ttl, age: 0 }];
}
