/**
 * The senders that a verifier knows, with their keys ready for use and the sequence numbers they have used.
 *
 * Those that were named are kept for ever. Others are kept once a signature of theirs was right, so that junk
 * takes no place, up to a maximum; then the one that was silent longest is forgotten. What it sent could then be
 * accepted once more until it expires. Naming the senders leaves no such gap.
 */
import type { KeyObject } from 'node:crypto';
import { publicKeyObject } from './keys.ts';
import { SequenceWindow } from './sequence-window.ts';

export interface Sender {
  readonly key: KeyObject;
  readonly used: SequenceWindow;
}

export class Senders {
  readonly #windowMax: number;
  readonly #othersMax: number;
  readonly #named: ReadonlyMap<string, Sender> | undefined;
  /** The one that was silent longest comes first. */
  readonly #others = new Map<string, Sender>();

  /** `named`: public keys; undefined if anybody may send. */
  constructor(
    named: readonly Uint8Array[] | undefined,
    bounds: { readonly windowMax: number; readonly othersMax: number },
  ) {
    this.#windowMax = bounds.windowMax;
    this.#othersMax = bounds.othersMax;
    this.#named = named && new Map(named.map((key) => [nameOf(key), this.#newSender(key)]));
  }

  /** Undefined for one who may not send. One that is not known yet is not kept: see {@link heard}. */
  find(publicKey: Uint8Array): Sender | undefined {
    const name = nameOf(publicKey);
    if (this.#named !== undefined) return this.#named.get(name);
    return this.#others.get(name) ?? this.#newSender(publicKey);
  }

  /** A signature of this sender was right, under this sequence number. */
  heard(publicKey: Uint8Array, sender: Sender, sequence: bigint): void {
    sender.used.add(sequence);
    if (this.#named !== undefined) return;
    const name = nameOf(publicKey);
    this.#others.delete(name);
    this.#others.set(name, sender);
    if (this.#others.size <= this.#othersMax) return;
    const [silentLongest] = this.#others.keys();
    this.#others.delete(silentLongest!);
  }

  #newSender(publicKey: Uint8Array): Sender {
    return { key: publicKeyObject(publicKey), used: new SequenceWindow(this.#windowMax) };
  }
}

/** Its hexadecimal digits. */
export function nameOf(publicKey: Uint8Array): string {
  return Buffer.from(publicKey).toString('hex');
}
