/**
 * The dialling side of a handshake: introduces itself (507), solves what it is asked (508 → 509), and waits
 * to be told that it is in (510).
 *
 * It waits for the dialled side with the patience of `initiatorPatience`, anew after each 509, because
 * existing nodes challenge all who wait together every few minutes. A further challenge replaces the one it
 * works on, up to `challengesPerLinkMax` times, and all its work on one link together is bounded.
 *
 * A feeler only wants to know whether there is a peer. It ends with the peer's first word, a 508 or 510: the work
 * that would follow proves nothing about the peer, and a link that opens would take somebody's place there.
 */
import { u64Equals, type U64 } from '../../basics/integers.ts';
import type { PeerMessage, PeerValidation } from '../../wire/peer-messages.ts';
import { violation } from '../../wire/violation.ts';
import type { Outbox } from '../effects.ts';
import type { Instant, Millis, Settings } from '../settings.ts';
import { capability, outOfPlace, type Door } from './handshake.ts';
import type { Link } from './link.ts';
import type { LinkTable } from './link-table.ts';
import { ourDialStays, rivalOf } from './rivals.ts';

/**
 * How unlucky a solver may be. Sixteen challenges take 16 × 2^difficulty hashes on average, which half of
 * all honest handshakes of sixteen rounds would exceed; four times that, practically none does.
 */
const LUCK = 4;
/** So long a feeler waits. A guess: many round trips, and less than the time between two. */
const FEELER_PATIENCE: Millis = 10_000;

export class Initiator {
  readonly #settings: Settings;
  readonly #out: Outbox;
  readonly #links: LinkTable;
  readonly #door: Door;

  constructor(options: {
    readonly settings: Settings;
    readonly out: Outbox;
    readonly links: LinkTable;
    readonly door: Door;
  }) {
    this.#settings = options.settings;
    this.#out = options.out;
    this.#links = options.links;
    this.#door = options.door;
  }

  /** A dial was answered: send the 507, unless the link is not wanted any more. */
  introduce(link: Link, now: Instant): void {
    if (link.isFeeler) {
      this.#feel(link, now);
      return;
    }
    if (this.#links.openCount >= this.#settings.maxConnections) {
      this.#door.hangUp(link, 'full', 'this node has max_connections links by now', now);
      return;
    }
    const rival = rivalOf(link, this.#links);
    if (rival !== undefined && !ourDialStays(link, this.#settings)) {
      const reason = 'the peer dialled this node at the same time';
      this.#door.hangUp(link, 'duplicate-link', reason, now);
      return;
    }
    if (rival !== undefined && !rival.isOpen) {
      const reason = 'this node dialled the peer at the same time';
      this.#door.hangUp(rival, 'duplicate-link', reason, now);
    }
    this.#sendInfo(link);
    if (this.#settings.proofOfWork === 'discovery') this.#door.establish(link, now);
    else this.#links.setDeadline(link, now + this.patienceWith(link));
  }

  /** How long it waits for the peer's next move. */
  patienceWith({ isFeeler }: Link): Millis {
    return isFeeler ? FEELER_PATIENCE : this.#settings.bounds.initiatorPatience;
  }

  onMessage(link: Link, message: PeerMessage, now: Instant): void {
    if (message.kind === 'peer-challenge') this.#onChallenge(link, message.challenge, now);
    else if (message.kind === 'peer-validation') this.#onJudged(link, message, now);
    else this.#door.violate(link, outOfPlace(link, message, this.#settings.proofOfWork), now);
  }

  onProofFound(link: Link, nonce: U64 | undefined, now: Instant): void {
    if (link.state !== 'solving') return;
    if (nonce === undefined) {
      const reason = 'the challenges took more hashes than one link is worth';
      this.#door.hangUp(link, 'proof-given-up', reason, now);
      return;
    }
    link.challenge = undefined;
    link.state = 'awaiting-answer';
    link.steppedAt = now;
    this.#links.setDeadline(link, now + this.#settings.bounds.initiatorPatience);
    this.#out.send(link.id, { kind: 'peer-verification', nonce });
  }

  #sendInfo(link: Link): void {
    const port = this.#settings.advertisedPort;
    this.#out.send(link.id, { kind: 'peer-info', ...capability(this.#settings), port });
  }

  #feel(link: Link, now: Instant): void {
    // Where nothing is sent in answer to a 507, a connection is all that can be learnt.
    if (this.#settings.proofOfWork === 'discovery') {
      this.#endFeeler(link, now);
      return;
    }
    this.#sendInfo(link);
    this.#links.setDeadline(link, now + this.patienceWith(link));
  }

  #endFeeler(link: Link, now: Instant): void {
    this.#door.hangUp(link, 'felt', 'there is a peer, which was all to be found out', now);
  }

  #onChallenge(link: Link, challenge: U64, now: Instant): void {
    const expected = link.secured?.challenges[link.challengesTaken];
    if (expected !== undefined && !u64Equals(challenge, expected)) {
      const reason = 'the PEER CHALLENGE (508) does not belong to this TLS channel';
      this.#door.violate(link, violation('channel-binding', reason), now);
      return;
    }
    if (this.#links.hasGiven(challenge)) {
      this.#door.hangUp(link, 'self', "the challenge is this node's own", now);
      return;
    }
    const { challengesPerLinkMax } = this.#settings.bounds;
    if (link.challengesTaken === challengesPerLinkMax) {
      const reason = `more than ${challengesPerLinkMax} PEER CHALLENGEs (508) before the link opened`;
      this.#door.violate(link, violation('too-many-challenges', reason), now);
      return;
    }
    if (link.isFeeler) {
      this.#endFeeler(link, now);
      return;
    }
    link.challengesTaken++;
    link.challenge = challenge;
    link.state = 'solving';
    this.#links.setDeadline(link, undefined);
    const difficulty = this.#settings.powDifficulty;
    const hashesMax = LUCK * challengesPerLinkMax * 2 ** difficulty;
    this.#out.put({ kind: 'solve', link: link.id, challenge, difficulty, hashesMax });
  }

  #onJudged(link: Link, { valid, isExtended }: PeerValidation, now: Instant): void {
    link.isExtended = this.#settings.extension && isExtended === true;
    if (link.challengesTaken > 0) this.#out.put({ kind: 'cancel-proofs', link: link.id });
    if (valid && link.isFeeler) this.#endFeeler(link, now);
    else if (valid) this.#door.establish(link, now);
    else {
      const reason = 'the peer refused the link (510 with V=0)';
      this.#door.hangUp(link, 'refused-by-peer', reason, now);
    }
  }
}
