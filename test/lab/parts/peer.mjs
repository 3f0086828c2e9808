/** A peer in the hands of an attacker: opens its links as it should, and then does what its owner wants. */
import { findNonce } from '../../../dist/testkit/proofs.js';
import { encodePeerMessage, peerMessageReader } from '../../../dist/wire/peer-messages.js';

export class Peer {
  isOpen = false;
  #socket;
  #reader = peerMessageReader();
  #difficulty;
  #onMessage;

  /** @param {object} options `onMessage(peer, message)` is told of all that comes on the open link. */
  constructor(socket, { difficulty, onMessage = () => {} }) {
    this.#socket = socket;
    this.#difficulty = difficulty;
    this.#onMessage = onMessage;
    socket.on('data', (chunk) => this.#read(chunk));
  }

  say(message) {
    this.#socket.write(encodePeerMessage(message));
  }

  #read(chunk) {
    this.#reader.push(new Uint8Array(chunk));
    for (let message = this.#reader.next(); message; message = this.#reader.next()) {
      if (message.kind === 'violation') {
        this.#socket.destroy();
        return;
      }
      this.#take(message);
    }
  }

  #take(message) {
    if (message.kind === 'peer-challenge') {
      const nonce = findNonce(message.challenge, this.#difficulty);
      this.say({ kind: 'peer-verification', nonce });
    } else if (message.kind === 'peer-validation') {
      this.isOpen = message.valid;
    } else if (message.kind === 'peer-info') {
      this.say({ kind: 'peer-validation', valid: true });
      this.isOpen = true;
    } else {
      this.#onMessage(this, message);
    }
  }
}
