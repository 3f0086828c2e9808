/**
 * A TLS 1.3 client in plain view: what it says is the caller's to choose, byte by byte, inside the encryption as well.
 * No library lets a client send a certificate that is none, or a CertificateVerify under another key; this one does.
 * X25519 and TLS_AES_128_GCM_SHA256 (RFC 8446), no more than a node needs.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { connect } from 'node:net';

const RECORD = { alert: 21, handshake: 22, data: 23 };
export const MESSAGE = { certificate: 11, certificateVerify: 15, finished: 20, keyUpdate: 24 };
const EMPTY_HASH = sha256(Buffer.alloc(0));
const X25519_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

/**
 * Goes through a handshake with a port of this machine. `change(name, bytes)` may return other bytes for each message
 * that the client sends: `hello`, `certificate`, `verify`, `finished` (with their four bytes of head) and `data`.
 * Resolves with how far it got: `refused` (no ServerHello), `answered` (the server's flight is in and ours is out),
 * `served` (application data came back). Rejects never.
 */
export function handshake({
  port,
  host = '127.0.0.1',
  key,
  certificate,
  network = 'main',
  data,
  change,
  patience = 2_000,
}) {
  const client = new Client({
    key,
    certificate,
    network,
    data,
    change: change ?? ((_, bytes) => bytes),
  });
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(client.state);
    };
    const timer = setTimeout(finish, patience);
    const flush = () => {
      const bytes = client.takeOutput();
      if (bytes.length > 0) socket.write(bytes);
      if (client.state === 'served') finish();
    };
    socket.on('connect', () => {
      client.begin();
      flush();
    });
    socket.on('data', (chunk) => {
      client.read(chunk);
      flush();
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

export class Client {
  state = 'refused';
  #options;
  #pair = generateKeyPairSync('x25519');
  #transcript = [];
  #input = Buffer.alloc(0);
  #messages = Buffer.alloc(0);
  #output = [];
  #read;
  #write;
  #schedule;
  /** Of what is sent, once the handshake is done. */
  #secret;

  constructor(options) {
    this.#options = options;
  }

  begin() {
    const hello = this.#change('hello', clientHello(this.#pair.publicKey, this.#options.network));
    this.#transcript.push(hello);
    this.#output.push(record(RECORD.handshake, hello));
  }

  takeOutput() {
    const bytes = Buffer.concat(this.#output);
    this.#output = [];
    return bytes;
  }

  read(chunk) {
    this.#input = Buffer.concat([this.#input, chunk]);
    while (this.#input.length >= 5) {
      const size = 5 + this.#input.readUInt16BE(3);
      if (this.#input.length < size) return;
      const whole = this.#input.subarray(0, size);
      this.#input = this.#input.subarray(size);
      try {
        this.#onRecord(whole);
      } catch {
        // What we changed has consequences for us as well.
        return;
      }
    }
  }

  /** Changes the key of what is sent from here on (KeyUpdate); `asks`: the node is to change its own as well. */
  updateKey(asks = false) {
    this.#send(RECORD.handshake, message(MESSAGE.keyUpdate, Buffer.of(asks ? 1 : 0)));
    this.#secret = expand(this.#secret, 'traffic upd', Buffer.alloc(0), 32);
    this.#write = new Protection(this.#secret);
  }

  /** Sends application data. */
  sendData(bytes) {
    this.#send(RECORD.data, bytes);
  }

  #change(name, bytes) {
    return this.#options.change(name, bytes);
  }

  #onRecord(whole) {
    const type = whole[0];
    if (type === RECORD.handshake) this.#onMessages(whole.subarray(5));
    if (type !== RECORD.data || this.#read === undefined) return;
    const { type: inner, content } = this.#read.open(whole);
    if (inner === RECORD.handshake) this.#onMessages(content);
    if (inner === RECORD.data) this.state = 'served';
  }

  #onMessages(bytes) {
    this.#messages = Buffer.concat([this.#messages, bytes]);
    while (this.#messages.length >= 4) {
      const size = 4 + this.#messages.readUIntBE(1, 3);
      if (this.#messages.length < size) return;
      const message = this.#messages.subarray(0, size);
      this.#messages = this.#messages.subarray(size);
      if (this.state === 'refused') this.#onMessage(message);
    }
  }

  #onMessage(message) {
    this.#transcript.push(Buffer.from(message));
    if (message[0] === 2) this.#onServerHello(message);
    if (message[0] === MESSAGE.finished) this.#onServerFinished();
  }

  #onServerHello(message) {
    const shared = diffieHellman({
      privateKey: this.#pair.privateKey,
      publicKey: createPublicKey({
        key: Buffer.concat([X25519_HEAD, keyShareOf(message)]),
        format: 'der',
        type: 'spki',
      }),
    });
    const early = hkdfExtract(Buffer.alloc(32), Buffer.alloc(32));
    const secret = hkdfExtract(derive(early, 'derived', EMPTY_HASH), shared);
    const hash = this.#hash();
    this.#schedule = {
      client: derive(secret, 'c hs traffic', hash),
      master: hkdfExtract(derive(secret, 'derived', EMPTY_HASH), Buffer.alloc(32)),
    };
    this.#read = new Protection(derive(secret, 's hs traffic', hash));
    this.#write = new Protection(this.#schedule.client);
  }

  #onServerFinished() {
    const application = this.#hash();
    const { client, master } = this.#schedule;
    const { key, certificate, data } = this.#options;
    this.#tell('certificate', certificateMessage(certificate));
    this.#tell('verify', verifyMessage(key, this.#hash()));
    const mac = createHmac('sha256', expand(client, 'finished', Buffer.alloc(0), 32));
    this.#tell('finished', message(MESSAGE.finished, mac.update(this.#hash()).digest()));
    this.#secret = derive(master, 'c ap traffic', application);
    this.#write = new Protection(this.#secret);
    this.#read = new Protection(derive(master, 's ap traffic', application));
    this.state = 'answered';
    if (data !== undefined) this.#send(RECORD.data, this.#change('data', data));
  }

  #tell(name, bytes) {
    const said = this.#change(name, bytes);
    if (said.length === 0) return;
    this.#transcript.push(said);
    this.#send(RECORD.handshake, said);
  }

  #send(type, bytes) {
    for (let at = 0; at < bytes.length; at += 16_000) {
      this.#output.push(this.#write.seal(type, bytes.subarray(at, at + 16_000)));
    }
  }

  #hash() {
    return sha256(Buffer.concat(this.#transcript));
  }
}

/** One direction under one secret. */
class Protection {
  #key;
  #iv;
  #count = 0n;

  constructor(secret) {
    this.#key = expand(secret, 'key', Buffer.alloc(0), 16);
    this.#iv = expand(secret, 'iv', Buffer.alloc(0), 12);
  }

  seal(type, content) {
    const head = Buffer.from([RECORD.data, 3, 3, 0, 0]);
    head.writeUInt16BE(content.length + 17, 3);
    const cipher = createCipheriv('aes-128-gcm', this.#key, this.#nonce()).setAAD(head);
    return Buffer.concat([
      head,
      cipher.update(content),
      cipher.update(Buffer.of(type)),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
  }

  open(whole) {
    const decipher = createDecipheriv('aes-128-gcm', this.#key, this.#nonce());
    decipher.setAAD(whole.subarray(0, 5)).setAuthTag(whole.subarray(-16));
    const plain = Buffer.concat([decipher.update(whole.subarray(5, -16)), decipher.final()]);
    let end = plain.length - 1;
    while (plain[end] === 0) end--;
    return { type: plain[end], content: plain.subarray(0, end) };
  }

  #nonce() {
    const nonce = Buffer.from(this.#iv);
    const last = nonce.readBigUInt64BE(4) ^ this.#count++;
    nonce.writeBigUInt64BE(last, 4);
    return nonce;
  }
}

function clientHello(publicKey, network) {
  const share = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const extensions = [
    extension(43, vector8(Buffer.from('0304', 'hex'))),
    extension(10, vector16(Buffer.from('001d', 'hex'))),
    extension(13, vector16(Buffer.from('0807080408050806', 'hex'))),
    extension(51, vector16(Buffer.concat([Buffer.from('001d', 'hex'), vector16(share)]))),
    extension(16, vector16(vector8(Buffer.from(`hearsay/1/${network}`)))),
  ];
  return message(
    1,
    Buffer.concat([
      Buffer.from('0303', 'hex'),
      randomBytes(32),
      vector8(randomBytes(32)),
      vector16(Buffer.from('1301', 'hex')),
      vector8(Buffer.of(0)),
      vector16(Buffer.concat(extensions)),
    ]),
  );
}

function keyShareOf(serverHello) {
  let at = 4 + 2 + 32;
  at += 1 + serverHello[at] + 2 + 1;
  const end = at + 2 + serverHello.readUInt16BE(at);
  for (at += 2; at < end; at += 4 + serverHello.readUInt16BE(at + 2)) {
    if (serverHello.readUInt16BE(at) === 51) return serverHello.subarray(at + 8, at + 40);
  }
  throw new Error('no key share');
}

/** Around a DER certificate, or several; without any it says that there is none. */
export function certificateMessage(...certificates) {
  const entries = certificates
    .filter((der) => der !== undefined)
    .map((der) => Buffer.concat([vector24(der), vector16(Buffer.alloc(0))]));
  return message(
    MESSAGE.certificate,
    Buffer.concat([vector8(Buffer.alloc(0)), vector24(Buffer.concat(entries))]),
  );
}

function verifyMessage(key, hash) {
  const signed = Buffer.concat([
    Buffer.alloc(64, 0x20),
    Buffer.from('TLS 1.3, client CertificateVerify\0'),
    hash,
  ]);
  return message(
    MESSAGE.certificateVerify,
    Buffer.concat([Buffer.from('0807', 'hex'), vector16(sign(null, signed, key))]),
  );
}

function message(type, body) {
  const head = Buffer.alloc(4);
  head[0] = type;
  head.writeUIntBE(body.length, 1, 3);
  return Buffer.concat([head, body]);
}

function record(type, bytes) {
  const head = Buffer.from([type, 3, 1, 0, 0]);
  head.writeUInt16BE(bytes.length & 0xffff, 3);
  return Buffer.concat([head, bytes]);
}

function extension(type, body) {
  return Buffer.concat([Buffer.of(type >> 8, type & 255), vector16(body)]);
}

function vector8(bytes) {
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function vector16(bytes) {
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]);
}

function vector24(bytes) {
  const head = Buffer.alloc(3);
  head.writeUIntBE(bytes.length, 0, 3);
  return Buffer.concat([head, bytes]);
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}

function hkdfExtract(salt, secret) {
  return createHmac('sha256', salt).update(secret).digest();
}

function derive(secret, label, hash) {
  return expand(secret, label, hash, 32);
}

function expand(secret, label, context, length) {
  const info = Buffer.concat([
    Buffer.of(0, length),
    vector8(Buffer.from(`tls13 ${label}`)),
    vector8(context),
    Buffer.of(1),
  ]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}
