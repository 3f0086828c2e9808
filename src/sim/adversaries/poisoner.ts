/**
 * The OFFER poisoner: answers every 505 at once and in full, with addresses where nobody listens, of
 * bystanders, and of its own group. Who believes it dials into the void, helps to flood a third party, or
 * surrounds himself with adversaries. It never offers without being asked, for that would cost it the link.
 */
import { readU64, type U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import type { Effect } from '../../core/effects.ts';
import type { Input, LinkId } from '../../core/inputs.ts';
import type { Instant } from '../../core/settings.ts';
import { scopeOf, type Address } from '../../wire/address.ts';
import { encodeOfferText } from '../../wire/offer-text.ts';
import { IdMemory } from './id-memory.ts';
import type { Role, RoleContext, RoleMaker } from './role.ts';

/** Addresses in one offer: as many as an honest node uses of it. */
const ADDRESSES = 64;
/** Of those, at most so many each are of the group and of third parties; the rest leads nowhere. */
const ADDRESSES_OF_A_KIND = 20;

class Poisoner implements Role {
  readonly #context: RoleContext;
  /** Challenges of the 505s that this role is proving an answer to. */
  readonly #proving = new IdMemory();

  constructor(context: RoleContext) {
    this.#context = context;
  }

  handle(input: Input, now: Instant): readonly Effect[] {
    const { honest, links } = this.#context;
    if (input.kind === 'offer-proven' && this.#proving.forget(readU64(input.body, 0))) {
      const { link, body } = input;
      return [{ kind: 'send', links: [link], message: { kind: 'peer-offer', body }, own: false }];
    }
    if (input.kind !== 'message' || input.message.kind !== 'peer-discovery') {
      return honest.handle(input, now);
    }
    // Out of place it is for the honest core to deal with.
    if (!links.has(input.link)) return honest.handle(input, now);
    return [this.#answer(input.link, input.message.challenge)];
  }

  nextDeadline(): Instant | undefined {
    return this.#context.honest.nextDeadline();
  }

  #answer(link: LinkId, challenge: U64 | undefined): Effect {
    const text = encodeOfferText(this.#addresses());
    if (challenge === undefined) {
      const message = { kind: 'peer-offer', body: text } as const;
      return { kind: 'send', links: [link], message, own: false };
    }
    this.#proving.meet(challenge);
    return { kind: 'prove-offer', link, challenge, text };
  }

  #addresses(): readonly Address[] {
    const { group, random, settings } = this.#context;
    const addresses = [
      ...random.sample(group.members, ADDRESSES_OF_A_KIND),
      ...random.sample(group.thirdParties, ADDRESSES_OF_A_KIND),
    ];
    while (addresses.length < ADDRESSES) {
      addresses.push(voidAddress(settings.listenAddress.host, random));
    }
    return addresses;
  }
}

export const makePoisoner: RoleMaker = (context) => new Poisoner(context);

/** An address where nobody listens, of a kind that a node which listens on `host` may speak of. */
function voidAddress(host: string, random: Random): Address {
  switch (scopeOf(host)) {
    case 'loopback':
      return { host, port: 40_000 + random.below(20_000) };
    case 'global':
      // Reserved for documentation: no machine of a simulation or of the world has it.
      return { host: `203.0.113.${random.below(256)}`, port: 6_001 };
    default: {
      const [b, c, d] = [16 + random.below(16), random.below(256), random.below(256)];
      return { host: `172.${b}.${c}.${d}`, port: 6_001 };
    }
  }
}
