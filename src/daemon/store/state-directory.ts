/**
 * The directory in which a node's memory outlives its process: what it has seen, and which peers it knew. Only its
 * user can look into it. One process uses it at a time.
 */
import type { LoadedState, StoredPeers, StoredState } from '../../core/stored-state.ts';
import { KeptFile, type Trouble } from './kept-file.ts';
import { decodePeers, encodePeers, PEERS_FILE_BYTES_MAX } from './peers-file.ts';
import { decodeState, encodeState, STATE_FILE_BYTES_MAX } from './state-file.ts';

/** The file with what was seen. */
export const STATE_FILE = 'seen.bin';
/** The file with the peer book. */
export const PEERS_FILE = 'peers.txt';

export class StateDirectory {
  readonly path: string;
  readonly seen: KeptFile<StoredState, LoadedState>;
  readonly peers: KeptFile<StoredPeers, StoredPeers>;

  /** `now` is the calendar's time in milliseconds. Default `Date.now`. */
  constructor(path: string, onTrouble: Trouble, now: () => number = Date.now) {
    this.path = path;
    const place = { directory: path, onTrouble, now };
    this.seen = new KeptFile({
      ...place,
      format: {
        name: STATE_FILE,
        what: 'the stored state',
        bytesMax: STATE_FILE_BYTES_MAX,
        encode: encodeState,
        decode: decodeState,
      },
    });
    this.peers = new KeptFile({
      ...place,
      format: {
        name: PEERS_FILE,
        what: 'the stored peer book',
        bytesMax: PEERS_FILE_BYTES_MAX,
        encode: encodePeers,
        decode: decodePeers,
      },
    });
  }
}
