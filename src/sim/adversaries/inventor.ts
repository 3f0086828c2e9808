/**
 * The inventor names messages that do not exist, `plan.rate` times a second as many as fit into a 522. What it is
 * asked for it lets the others wait for as long as they do, and says in the last moment that it does not have it:
 * so it has broken no word.
 */
import type { Effect } from '../../core/effects.ts';
import type { Input, LinkId } from '../../core/inputs.ts';
import type { Instant, Millis } from '../../core/settings.ts';
import { DIGEST_BYTES, type MessageDigest } from '../../wire/digest.ts';
import { HAVES_MAX } from '../../wire/extension-messages.ts';
import type { Random } from '../../basics/random.ts';
import { Beat } from './beat.ts';
import { earlier, say, type Role, type RoleContext, type RoleMaker } from './role.ts';

/** For so long it lets others wait: nodes take a second more for a broken promise. */
const HELD_BACK: Millis = 9_000;
/** Questions it puts off at a time; it is silent on those that come on top of them. */
export const QUESTIONS_MAX = 65_536;

interface Question {
  readonly link: LinkId;
  readonly digests: readonly MessageDigest[];
  readonly at: Instant;
}

class Inventor implements Role {
  readonly #context: RoleContext;
  readonly #beat: Beat;
  /** Oldest first. */
  #questions: Question[] = [];

  constructor(context: RoleContext, now: Instant) {
    this.#context = context;
    this.#beat = new Beat(context.plan.rate, now, context.random);
  }

  handle(input: Input, now: Instant): readonly Effect[] {
    const { honest, links } = this.#context;
    if (input.kind === 'message' && input.message.kind === 'peer-want') {
      this.#putOff({ link: input.link, digests: input.message.digests, at: now });
      return [];
    }
    const effects = [...honest.handle(input, now)];
    for (let due = this.#beat.take(now); due > 0; due--) {
      effects.push(...say(links.extended(), { kind: 'peer-have', entries: this.#invented() }));
    }
    return [...effects, ...this.#answerLate(now)];
  }

  nextDeadline(): Instant | undefined {
    const [oldest] = this.#questions;
    const answer = oldest === undefined ? undefined : oldest.at + HELD_BACK;
    return earlier(this.#context.honest.nextDeadline(), earlier(answer, this.#beat.next));
  }

  #putOff(question: Question): void {
    if (this.#questions.length < QUESTIONS_MAX) this.#questions.push(question);
  }

  #answerLate(now: Instant): readonly Effect[] {
    const first = this.#questions.findIndex(({ at }) => at + HELD_BACK > now);
    const due = this.#questions.splice(0, first < 0 ? this.#questions.length : first);
    const open = this.#context.links.extended();
    return due
      .filter(({ link }) => open.includes(link))
      .flatMap(({ link, digests }) => say([link], { kind: 'peer-gone', digests }));
  }

  #invented() {
    const { random, target } = this.#context;
    const { dataType, size } = target;
    return Array.from({ length: HAVES_MAX }, () => {
      return { digest: anyDigest(random), dataType, size, ttl: 0, age: 0 };
    });
  }
}

export function anyDigest(random: Random): MessageDigest {
  return String.fromCharCode(...Array.from({ length: DIGEST_BYTES }, () => random.below(256)));
}

export const makeInventor: RoleMaker = (context, now) => new Inventor(context, now);
