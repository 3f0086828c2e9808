/**
 * The fingerprint of a whole run: every input of every node, when and in which order. Two runs with equal
 * fingerprints did the same; one that differs from its repetition shows that something undetermined (a
 * clock, unseeded chance, the order of a hash table) got into the core or the simulator.
 */
import type { U64 } from '../basics/integers.ts';
import type { Input } from '../core/inputs.ts';
import type { Instant } from '../core/settings.ts';
import type { PeerMessage } from '../wire/peer-messages.ts';

/** Never reordered: a fingerprint noted in a bug report would change. */
const INPUT_KINDS: readonly Input['kind'][] = [
  'start',
  'link-opened',
  'dial-failed',
  'link-closed',
  'message',
  'garbage',
  'link-queue',
  'resolved',
  'proof-found',
  'offer-proven',
  'wake',
  'client-joined',
  'announce',
  'subscribe',
  'verdict',
  'client-queue',
  'client-gone',
  'shut-down',
  'abstain',
];
const KIND_CODES: ReadonlyMap<Input['kind'], number> = new Map(
  INPUT_KINDS.map((kind, code) => [kind, code]),
);

const MESSAGE_CODE = INPUT_KINDS.indexOf('message');

export class Trace {
  #high = 0x811c_9dc5;
  #low = 0x9e37_79b9;
  #inputs = 0;

  /** Inputs taken in so far. */
  get inputs(): number {
    return this.#inputs;
  }

  /** Sixteen hexadecimal digits. */
  get hash(): string {
    return hex32(this.#high) + hex32(this.#low);
  }

  add(now: Instant, node: number, input: Input): void {
    this.#inputs++;
    this.#mix(now);
    this.#mix(node);
    if (input.kind === 'message') {
      this.#mix(MESSAGE_CODE);
      this.#mix(input.link);
      return this.#mixMessage(input.message);
    }
    // Kinds that came later than this list still count, just not apart from each other.
    this.#mix(KIND_CODES.get(input.kind) ?? INPUT_KINDS.length);
    if ('link' in input) this.#mix(input.link);
    if ('client' in input) this.#mix(input.client ?? -1);
    this.#mixRest(input);
  }

  #mixMessage(message: PeerMessage): void {
    switch (message.kind) {
      case 'peer-announce':
        this.#mixU64(message.id);
        this.#mix(message.ttl);
        this.#mix(message.dataType);
        return this.#mix(message.data.length);
      case 'peer-discovery':
        return this.#mixU64(message.challenge);
      case 'peer-offer':
        return this.#mixBytes(message.body);
      case 'peer-info':
        return this.#mix(message.port);
      case 'peer-challenge':
        return this.#mixU64(message.challenge);
      case 'peer-verification':
        return this.#mixU64(message.nonce);
      case 'peer-validation':
        return this.#mix(message.valid ? 1 : 0);
      case 'peer-have':
        for (const { digest, ttl, age } of message.entries) {
          this.#mixText(digest);
          this.#mix(ttl);
          this.#mix(age);
        }
        return;
      case 'peer-want':
      case 'peer-dont-want':
      case 'peer-gone':
      case 'peer-push':
        for (const digest of message.digests) this.#mixText(digest);
        return;
      case 'peer-reconcile':
        this.#mix(message.exchange);
        this.#mix(message.ranges.length);
        return;
      case 'peer-ping':
      case 'peer-pong':
        return this.#mix(message.token);
      default:
    }
  }

  #mixRest(input: Input): void {
    switch (input.kind) {
      case 'announce':
        this.#mix(input.ttl);
        this.#mix(input.dataType);
        return this.#mix(input.data.length);
      case 'subscribe':
        return this.#mix(input.dataType);
      case 'verdict':
        this.#mix(input.messageId);
        return this.#mix(input.valid ? 1 : 0);
      case 'abstain':
        return this.#mix(input.messageId);
      case 'dial-failed':
        return this.#mix(input.address.port);
      case 'link-opened':
        return this.#mix(input.remote.port);
      case 'proof-found':
        return this.#mixU64(input.nonce);
      case 'offer-proven':
        return this.#mixBytes(input.body);
      default:
    }
  }

  #mixU64(value: U64 | undefined): void {
    this.#mix(value?.high ?? -1);
    this.#mix(value?.low ?? -1);
  }

  #mixBytes(bytes: Uint8Array): void {
    this.#mix(bytes.length);
    for (const byte of bytes) this.#mix(byte);
  }

  #mixText(text: string): void {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
  }

  /** Two different 32-bit lanes (FNV-1a and a multiply-rotate), so that one collision is not enough. */
  #mix(value: number): void {
    this.#high = Math.imul(this.#high ^ value, 0x0100_0193);
    const low = Math.imul(this.#low ^ value, 0x85eb_ca6b);
    this.#low = (low << 13) | (low >>> 19);
  }
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
