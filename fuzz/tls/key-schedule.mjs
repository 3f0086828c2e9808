/** The keys of TLS 1.3 with SHA-256 and AES-128-GCM, written from RFC 8446, sections 5 and 7. */
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';

const ZEROS = Buffer.alloc(32);
const TAG_BYTES = 16;
const HEADER_BYTES = 5;
const APPLICATION_DATA = 23;

export function hash(...parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest();
}

function hmac(key, ...parts) {
  const sum = createHmac('sha256', key);
  for (const part of parts) sum.update(part);
  return sum.digest();
}

function expandLabel(secret, label, context, length) {
  const name = Buffer.from(`tls13 ${label}`);
  const info = [Buffer.of(0, length, name.length), name, Buffer.of(context.length), context];
  return hmac(secret, ...info, Buffer.of(1)).subarray(0, length);
}

const deriveSecret = (secret, label, transcript) => expandLabel(secret, label, transcript, 32);

/** The secrets of the handshake; `transcript` is the hash of ClientHello and ServerHello. */
export function handshakeSecrets(shared, transcript) {
  const early = hmac(ZEROS, ZEROS);
  const secret = hmac(deriveSecret(early, 'derived', hash()), shared);
  return {
    client: deriveSecret(secret, 'c hs traffic', transcript),
    server: deriveSecret(secret, 's hs traffic', transcript),
    master: hmac(deriveSecret(secret, 'derived', hash()), ZEROS),
  };
}

/** Those of what follows; `transcript` goes up to the server's Finished. */
export function applicationSecrets(master, transcript) {
  return {
    client: deriveSecret(master, 'c ap traffic', transcript),
    server: deriveSecret(master, 's ap traffic', transcript),
  };
}

/** The body of a Finished. */
export function finishedBody(secret, transcript) {
  return hmac(expandLabel(secret, 'finished', Buffer.alloc(0), 32), transcript);
}

/** One direction under one secret. */
export class RecordKeys {
  #secret;
  #key;
  #iv;
  #sequence = 0n;

  constructor(secret) {
    this.#use(secret);
  }

  /** The next secret of this direction (KeyUpdate). */
  update() {
    this.#use(expandLabel(this.#secret, 'traffic upd', Buffer.alloc(0), 32));
  }

  /** A whole record. */
  seal(type, content) {
    const length = content.length + 1 + TAG_BYTES;
    const header = Buffer.of(APPLICATION_DATA, 3, 3, length >> 8, length & 255);
    const cipher = createCipheriv('aes-128-gcm', this.#key, this.#nonce());
    cipher.setAAD(header);
    const sealed = [cipher.update(content), cipher.update(Buffer.of(type)), cipher.final()];
    return Buffer.concat([header, ...sealed, cipher.getAuthTag()]);
  }

  /** Type and content of a whole record; throws if it is not for these keys. */
  open(record) {
    const decipher = createDecipheriv('aes-128-gcm', this.#key, this.#nonce());
    decipher.setAAD(record.subarray(0, HEADER_BYTES));
    decipher.setAuthTag(record.subarray(-TAG_BYTES));
    const sealed = record.subarray(HEADER_BYTES, -TAG_BYTES);
    const inner = Buffer.concat([decipher.update(sealed), decipher.final()]);
    let end = inner.length - 1;
    while (end > 0 && inner[end] === 0) end--;
    return { type: inner[end], content: inner.subarray(0, end) };
  }

  #use(secret) {
    this.#secret = secret;
    this.#key = expandLabel(secret, 'key', Buffer.alloc(0), 16);
    this.#iv = expandLabel(secret, 'iv', Buffer.alloc(0), 12);
    this.#sequence = 0n;
  }

  #nonce() {
    const nonce = Buffer.from(this.#iv);
    const mask = Buffer.alloc(12);
    mask.writeBigUInt64BE(this.#sequence++, 4);
    for (let i = 0; i < 12; i++) nonce[i] ^= mask[i];
    return nonce;
  }
}
