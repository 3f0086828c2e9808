/**
 * Proof of work without work: a nonce is right if it is a fixed function of its challenge, and finding one
 * takes virtual time, drawn as real search times are distributed.
 */
import { readU64, u64, u64Equals, u64ToHex, type U64 } from '../basics/integers.ts';
import type { Random } from '../basics/random.ts';
import type { LinkId } from '../core/inputs.ts';
import type { Millis, Proofs } from '../core/settings.ts';
import type { MessageDigest } from '../wire/digest.ts';
import { OFFER_CHALLENGE_OFFSET, OFFER_NONCE_OFFSET } from '../wire/peer-messages.ts';
import type { EventQueue } from './event-queue.ts';
import { CheckFailure } from './failure.ts';
import { scramble } from './latency.ts';

/** Zero bits that the digest of a whole 506 starts with. */
export const OFFER_DIFFICULTY = 16;
/** So many bytes of a message, evenly spread, make a difference to its digest here. */
const DIGESTED_BYTES = 256;
/** Accepted challenges remembered in order to notice one that is used twice; the oldest are forgotten. */
const CHALLENGES_REMEMBERED = 1_000_000;

/** The nonce that this virtual world takes for the solution of `challenge`. */
export function nonceFor(challenge: U64, difficulty: number): U64 {
  return u64(
    scramble(challenge.high ^ (difficulty + 1)),
    scramble(challenge.low ^ 0x5bd1_e995 ^ difficulty),
  );
}

/** The nonce that makes a 506 with this challenge and text right. */
export function offerNonceFor(challenge: U64, text: Uint8Array): U64 {
  let hash = text.length;
  for (const byte of text) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return nonceFor(u64(challenge.high ^ hash, challenge.low), OFFER_DIFFICULTY);
}

/** Shared by all nodes of one simulation; sees to it that every challenge is used at most once. */
export class SimulatedProofs implements Proofs {
  readonly #used = new Set<string>();

  checkNonce(challenge: U64, nonce: U64, difficulty: number): boolean {
    if (!u64Equals(nonce, nonceFor(challenge, difficulty))) return false;
    this.#use(`challenge ${u64ToHex(challenge)}`);
    return true;
  }

  checkOffer(packet: Uint8Array): boolean {
    const challenge = readU64(packet, OFFER_CHALLENGE_OFFSET);
    const nonce = readU64(packet, OFFER_NONCE_OFFSET);
    const text = packet.subarray(OFFER_NONCE_OFFSET + 8);
    if (!u64Equals(nonce, offerNonceFor(challenge, text))) return false;
    this.#use(`offer challenge ${u64ToHex(challenge)}`);
    return true;
  }

  /** Sixteen characters that depend on all of the message, at the price of a few of its bytes. */
  digest(id: U64, dataType: number, data: Uint8Array): MessageDigest {
    let a = scramble(id.high ^ dataType);
    let b = scramble(id.low ^ Math.imul(data.length, 0x9e37_79b1));
    const step = Math.max(1, Math.floor(data.length / DIGESTED_BYTES));
    for (let i = 0; i < data.length; i += step) {
      a = Math.imul(a ^ data[i]!, 0x0100_0193);
      b = Math.imul(b ^ a, 0x85eb_ca6b);
    }
    const parts = [scramble(a), scramble(b), scramble(a ^ 0x5bd1_e995), scramble(b ^ a)];
    const bytes = parts.flatMap((part) => [part >>> 24, part >>> 16, part >>> 8, part]);
    return String.fromCharCode(...bytes.map((byte) => byte & 255));
  }

  #use(challenge: string): void {
    if (this.#used.has(challenge)) throw new CheckFailure(`${challenge} was accepted twice`);
    this.#used.add(challenge);
    if (this.#used.size <= CHALLENGES_REMEMBERED) return;
    for (const oldest of this.#used) {
      this.#used.delete(oldest);
      break;
    }
  }
}

/** A search for a nonce. */
export interface ProofJob {
  readonly link: LinkId;
  /** What it is for: there is at most one `connection` job on a link, a new one replaces it. */
  readonly purpose: 'connection' | 'offer';
  readonly difficulty: number;
  /** Give up after this many hashes. */
  readonly hashesMax: number;
  readonly onDone: (isFound: boolean) => void;
}

const NO_JOBS: readonly ProofJob[] = [];

/** The one worker of a node: takes its jobs one after the other. */
export class Prover {
  readonly #events: EventQueue;
  readonly #random: Random;
  readonly #hashRate: number;
  /** Replaced and never changed, so that the list of a node that is done takes no room. */
  #jobs: readonly ProofJob[] = NO_JOBS;
  #running: ProofJob | undefined;

  /** `hashRate` in hashes per second. */
  constructor(events: EventQueue, random: Random, hashRate: number) {
    this.#events = events;
    this.#random = random;
    this.#hashRate = hashRate;
  }

  /** Jobs that wait or run. The core bounds them: one for each link that is not open, a few for offers. */
  get length(): number {
    return this.#jobs.length + (this.#running === undefined ? 0 : 1);
  }

  /** The links for which there are jobs. */
  get links(): LinkId[] {
    const jobs = this.#running === undefined ? this.#jobs : [this.#running, ...this.#jobs];
    return jobs.map(({ link }) => link);
  }

  add(job: ProofJob): void {
    if (job.purpose === 'connection') {
      this.#drop((other) => other.link === job.link && other.purpose === 'connection');
    }
    this.#jobs = [...this.#jobs, job];
    this.#startNext();
  }

  /** Drops all jobs of a link. */
  cancel(link: LinkId): void {
    this.#drop((job) => job.link === link);
    this.#startNext();
  }

  #drop(isDropped: (job: ProofJob) => boolean): void {
    this.#jobs = this.#jobs.filter((job) => !isDropped(job));
    if (this.#running !== undefined && isDropped(this.#running)) this.#running = undefined;
  }

  #startNext(): void {
    if (this.#running !== undefined) return;
    const [job, ...others] = this.#jobs;
    if (job === undefined) return;
    this.#jobs = others.length === 0 ? NO_JOBS : others;
    this.#running = job;
    const needed = hashesUntilFound(job.difficulty, this.#random);
    const done = Math.min(needed, job.hashesMax);
    const duration: Millis = Math.round((done / this.#hashRate) * 1_000);
    this.#events.put(this.#events.now + duration, {
      fire: () => {
        if (this.#running !== job) return;
        this.#running = undefined;
        this.#startNext();
        job.onDone(needed <= job.hashesMax);
      },
    });
  }
}

/** Draws how many hashes a search takes: geometrically distributed, 2^difficulty on average, at least 1. */
export function hashesUntilFound(difficulty: number, random: Random): number {
  const chance = 2 ** -difficulty;
  return Math.max(1, Math.ceil(Math.log1p(-random.fraction()) / Math.log1p(-chance)));
}
