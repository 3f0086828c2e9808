/**
 * All announcements of a simulation. The ledger knows one by what makes it one (id, data type and data), so
 * that all its copies share one record and one byte array.
 */
import { assert } from '../basics/assert.ts';
import type { Proofs } from '../core/settings.ts';
import type { MessageDigest } from '../wire/digest.ts';
import type { U64 } from '../basics/integers.ts';
import type { PeerAnnounce } from '../wire/peer-messages.ts';
import type { DigestLookUp } from './exchange-checker.ts';
import { bytesEqual, type Announcement } from './announcement.ts';

/** Records kept; beyond it the oldest are forgotten, see {@link AnnouncementLedger.hasForgotten}. */
export const ANNOUNCEMENTS_MAX = 4_096;

export class AnnouncementLedger {
  /** By the lower half of the id; several only if ids were borrowed. */
  readonly #byId = new Map<number, Announcement[]>();
  readonly #inOrder: Announcement[] = [];
  /** Those that have no id yet. */
  readonly #unnamed = new Set<Announcement>();
  /** By digest; of the first {@link #digested} ever, forgotten ones included. */
  readonly #byDigest = new Map<MessageDigest, Announcement>();
  #digested = 0;
  #forgotten = 0;
  readonly #max: number;

  constructor(max = ANNOUNCEMENTS_MAX) {
    this.#max = max;
  }

  /** The announcements on record, oldest first. */
  get all(): readonly Announcement[] {
    return this.#inOrder;
  }

  /** Whether records were dropped for want of room: late copies of those look new. */
  get hasForgotten(): boolean {
    return this.#forgotten > 0;
  }

  /** Gives an announcement the id that its node has drawn for it, and keeps it. */
  name(announcement: Announcement, id: U64): void {
    assert(announcement.id === undefined, 'an announcement was given two ids');
    announcement.id = id;
    this.#unnamed.delete(announcement);
    const others = this.#byId.get(id.low);
    if (others === undefined) this.#byId.set(id.low, [announcement]);
    else others.push(announcement);
    this.#inOrder.push(announcement);
    if (this.#inOrder.length > this.#max) this.#forgetOldest();
  }

  /** An announcement was made; its node may send it only later, when somebody is there. */
  expect(announcement: Announcement): void {
    this.#unnamed.add(announcement);
    if (this.#unnamed.size <= this.#max) return;
    const [oldest] = this.#unnamed;
    this.#unnamed.delete(oldest!);
  }

  find(message: PeerAnnounce): Announcement | undefined {
    return this.#byId.get(message.id.low)?.find((announcement) => announcement.isSameAs(message));
  }

  /**
   * The announcement of which `message` is a copy. `cause` is the one that its node was given when it sent
   * the message: mostly the same, or one that gets its id by this. A message that nobody has seen before is
   * entered as `invent` makes it. `node`: who sends it.
   */
  trace(
    node: number,
    message: PeerAnnounce,
    cause: Announcement | undefined,
    invent: () => Announcement,
  ): Announcement {
    if (cause?.isSameAs(message) === true) return cause;
    const known = this.find(message);
    if (known !== undefined) return known;
    const isOwn = cause !== undefined && cause.id === undefined;
    const announcement = isOwn ? cause : (this.#unnamedOf(node, message) ?? invent());
    this.name(announcement, message.id);
    return announcement;
  }

  /** What `node` may say of announcements by their digests. */
  lookUpOf(node: number, proofs: Proofs): DigestLookUp {
    return {
      find: (digest) => this.#findDigest(digest, proofs),
      mayKnowOthers: () => {
        if (this.hasForgotten) return true;
        for (const { origin } of this.#unnamed) if (origin === node) return true;
        return false;
      },
    };
  }

  /** Digests are computed when one is first asked for. */
  #findDigest(digest: MessageDigest, proofs: Proofs): Announcement | undefined {
    for (; this.#digested < this.#forgotten + this.#inOrder.length; this.#digested++) {
      const one = this.#inOrder[this.#digested - this.#forgotten];
      if (one === undefined) continue;
      this.#byDigest.set(proofs.digest(one.id!, one.dataType, one.data), one);
      if (this.#byDigest.size <= this.#max) continue;
      const [oldest] = this.#byDigest.keys();
      this.#byDigest.delete(oldest!);
    }
    return this.#byDigest.get(digest);
  }

  #unnamedOf(node: number, message: PeerAnnounce): Announcement | undefined {
    for (const announcement of this.#unnamed) {
      const { origin, ttl, dataType, data } = announcement;
      const isSame = origin === node && ttl === message.ttl && dataType === message.dataType;
      if (isSame && bytesEqual(data, message.data)) return announcement;
    }
    return undefined;
  }

  #forgetOldest(): void {
    this.#forgotten++;
    const oldest = this.#inOrder.shift()!;
    const low = oldest.id!.low;
    const rest = this.#byId.get(low)!.filter((announcement) => announcement !== oldest);
    if (rest.length === 0) this.#byId.delete(low);
    else this.#byId.set(low, rest);
  }
}
