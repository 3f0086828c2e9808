/**
 * TLS has messages of its own that bring nothing, and Node deals with them without a word: a peer that sends requests
 * for new keys (KeyUpdate) and nothing else costs a core, without a byte that anybody here would see. So what comes on
 * the wire is compared with what came out of it.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What may come in one tick for nothing. Some two thousand requests: a few hundredths of a second of work. */
export const IDLE_BYTES_MAX = 65_536;
/** Bytes on the wire for each that comes out. A record with one byte of data has 23. */
export const WIRE_RATIO_MAX = 24;

interface Watched {
  readonly raw: Pick<Socket, 'bytesRead'>;
  readonly channel: Pick<TLSSocket, 'bytesRead' | 'destroy'>;
  wireBytes: number;
  dataBytes: number;
}

export class WireWatch {
  readonly #watched = new Set<Watched>();

  get size(): number {
    return this.#watched.size;
  }

  /** From now on; until `channel` is closed. */
  add(raw: Pick<Socket, 'bytesRead'>, channel: TLSSocket): void {
    const watched = { raw, channel, wireBytes: raw.bytesRead, dataBytes: channel.bytesRead };
    this.#watched.add(watched);
    channel.once('close', () => this.#watched.delete(watched));
  }

  /** One interval of the housekeeping timer has passed: ends what has brought too little. */
  tick(): void {
    for (const watched of this.#watched) {
      const { raw, channel } = watched;
      const wire = raw.bytesRead - watched.wireBytes;
      const data = channel.bytesRead - watched.dataBytes;
      watched.wireBytes += wire;
      watched.dataBytes += data;
      if (wire <= IDLE_BYTES_MAX + WIRE_RATIO_MAX * data) continue;
      channel.destroy(new Error(`${wire} bytes of TLS brought ${data} bytes of messages`));
    }
  }
}
