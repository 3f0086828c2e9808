/**
 * What adversaries that work together share: who they are, what they have learned, what they have agreed to
 * send, and one source of chance. Among themselves they need no network: what one knows all know, as soon as
 * they look.
 *
 * One group serves all nodes of one `AdversaryPlan`; a node that is started anew joins it again.
 */
import type { U64 } from '../../basics/integers.ts';
import type { Random } from '../../basics/random.ts';
import { formatAddress, type Address } from '../../wire/address.ts';
import type { PeerAnnounce } from '../../wire/peer-messages.ts';
import type { MessageDigest } from '../../wire/digest.ts';
import type { HaveEntry } from '../../wire/extension-messages.ts';
import { Bulletin } from './bulletin.ts';
import { IdMemory } from './id-memory.ts';

/** Addresses of honest nodes that a group remembers; what it learns beyond it is lost. */
export const TARGETS_MAX = 65_536;
/** Messages remembered that members have heard of; the oldest would be new to them again. */
export const HEARD_MAX = 65_536;

export interface AdversaryGroupOptions {
  /** Shared by all members, so the order in which they act decides who draws what. */
  readonly random: Random;
  /**
   * Addresses of bystanders whom poisoners point others at. Default: four machines of 192.168.0.0/16 that do
   * not exist.
   */
  readonly thirdParties?: readonly Address[];
}

export class AdversaryGroup {
  readonly random: Random;
  readonly thirdParties: readonly Address[];
  readonly #members = new Map<string, Address>();
  readonly #targets = new Map<string, Address>();
  readonly #ids = new IdMemory();
  /** What all members are to send; nobody changes the data any more. */
  readonly orders = new Bulletin<PeerAnnounce>();
  /** Messages of others that some member has heard of, each once. */
  readonly rumours = new Bulletin<HaveEntry>();
  readonly #heard = new Set<MessageDigest>();

  constructor(options: AdversaryGroupOptions) {
    this.random = options.random;
    this.thirdParties = options.thirdParties ?? DEFAULT_THIRD_PARTIES;
  }

  /** Where the members listen. */
  get members(): readonly Address[] {
    return [...this.#members.values()];
  }

  /** Honest nodes that some member has heard of. */
  get targets(): readonly Address[] {
    return [...this.#targets.values()];
  }

  join(member: Address): void {
    const key = formatAddress(member);
    this.#members.set(key, member);
    this.#targets.delete(key);
  }

  /** Notes where somebody listens, unless that is one of the group. */
  learn(address: Address): void {
    const key = formatAddress(address);
    if (this.#members.has(key) || this.#targets.size >= TARGETS_MAX) return;
    this.#targets.set(key, address);
  }

  /** Notes an id that a member has seen; true if no other has seen it before. */
  meet(id: U64): boolean {
    return this.#ids.meet(id);
  }

  /** Notes a message that a member has heard of, and tells the others if it is new to them. */
  hear(entry: HaveEntry): void {
    if (this.#heard.has(entry.digest)) return;
    this.#heard.add(entry.digest);
    if (this.#heard.size > HEARD_MAX) {
      const [oldest] = this.#heard;
      this.#heard.delete(oldest!);
    }
    this.rumours.post(entry);
  }
}

const DEFAULT_THIRD_PARTIES: readonly Address[] = [1, 2, 3, 4].map((number) => ({
  host: `192.168.0.${number}`,
  port: 6_001,
}));
