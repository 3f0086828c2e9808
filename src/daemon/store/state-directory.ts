/**
 * The directory in which a node's memory outlives its process: what it has seen, and which peers it knew. Only its
 * user can look into it. One process uses it at a time.
 */
import type { LoadedState, StoredPeers, StoredState } from '../../core/stored-state.ts';
import {
  decodeIdentities,
  encodeIdentities,
  IDENTITIES_FILE_BYTES_MAX,
  type StoredIdentities,
} from './identities-file.ts';
import { KeptFile, type Trouble } from './kept-file.ts';
import { decodePeers, encodePeers, PEERS_FILE_BYTES_MAX } from './peers-file.ts';
import { decodeState, encodeState, STATE_FILE_BYTES_MAX } from './state-file.ts';

/** The file with what was seen. */
export const STATE_FILE = 'seen.bin';
/** The file with the peer book. */
export const PEERS_FILE = 'peers.txt';
/** The file with whose keys were found where. */
export const IDENTITIES_FILE = 'identities.txt';

export class StateDirectory {
  readonly path: string;
  readonly seen: KeptFile<StoredState, LoadedState>;
  readonly peers: KeptFile<StoredPeers, StoredPeers>;
  readonly identities: KeptFile<StoredIdentities, StoredIdentities>;

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
    this.identities = new KeptFile({
      ...place,
      format: {
        name: IDENTITIES_FILE,
        what: 'the stored list of identities',
        bytesMax: IDENTITIES_FILE_BYTES_MAX,
        encode: encodeIdentities,
        decode: decodeIdentities,
      },
    });
  }
}
