/**
 * A TLS 1.3 client that says whatever a plan wants: any certificate, any order, any byte changed. It knows one
 * cipher suite and one group, and believes everything the server says.
 *
 * The hooks of a plan: `edit(stage, bytes)` is handed each piece before it is used (see STAGES), and `flight` puts
 * the records of the last flight in order.
 */
import { createPublicKey, diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import {
  applicationSecrets,
  finishedBody,
  handshakeSecrets,
  hash,
  RecordKeys,
} from './key-schedule.mjs';

/** The pieces that can be edited; all but the last two count in the transcript as they were edited. */
export const STAGES = [
  'hello',
  'leaf',
  'certificate',
  'verify',
  'finished',
  'application',
  'flight',
  'first-record',
];

const RECORD = { change: 20, alert: 21, handshake: 22, application: 23 };
const MESSAGE = { hello: 1, certificate: 11, verify: 15, finished: 20, keyUpdate: 24 };
const CONTENT_MAX = 16_384;
const HEADER_BYTES = 5;
const CLIENT_CONTEXT = Buffer.concat([
  Buffer.alloc(64, 0x20),
  Buffer.from('TLS 1.3, client CertificateVerify\0'),
]);
const X25519_SPKI = Buffer.from('302a300506032b656e032100', 'hex');
/** 507: "I listen on no port". */
export const APPLICATION = Buffer.from('000801fb00000000', 'hex');

/** Who does something wrong goes after this time, if the node has not sent him away by then. */
const PATIENCE_MILLIS = 500;

/**
 * Knocks once. Resolves with whether the node has said something of the application, when it has, or when the
 * connection is over.
 */
export function knock(port, plan) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const attempt = new Attempt(socket, plan);
    const timer = plan.mustBeRead ? undefined : setTimeout(() => socket.destroy(), PATIENCE_MILLIS);
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ isAnswered: attempt.isAnswered });
    };
    socket.on('error', () => {});
    socket.once('close', end);
    socket.on('data', (chunk) => {
      // What cannot be read any more is of no interest: the server is not who is tried here.
      try {
        attempt.take(chunk);
      } catch {
        attempt.isDeaf = true;
        socket.end();
      }
      if (attempt.isAnswered) end();
    });
    socket.once('connect', () => attempt.begin());
  });
}

class Attempt {
  isAnswered = false;
  isDeaf = false;
  #socket;
  #plan;
  #keys = generateKeyPairSync('x25519');
  #bytes = Buffer.alloc(0);
  #messages = Buffer.alloc(0);
  #transcript = [];
  #secrets;
  #reading;
  #hasAnswered = false;

  constructor(socket, plan) {
    this.#socket = socket;
    this.#plan = plan;
  }

  begin() {
    const share = this.#keys.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    const hello = message(MESSAGE.hello, this.#plan.edit('hello', helloBody(this.#plan, share)));
    this.#transcript.push(hello);
    const records = plainRecords(hello);
    this.#send(this.#plan.edit('first-record', Buffer.concat(records)));
    if (this.#plan.endsAfterHello) this.#socket.end();
  }

  take(chunk) {
    if (this.isDeaf) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#bytes.readUInt16BE(3);
      if (this.#bytes.length < end) return;
      const record = this.#bytes.subarray(0, end);
      this.#bytes = this.#bytes.subarray(end);
      this.#onRecord(record);
    }
  }

  #onRecord(record) {
    if (record[0] === RECORD.handshake) this.#onHandshake(record.subarray(HEADER_BYTES));
    if (record[0] !== RECORD.application) return;
    const { type, content } = this.#reading.open(record);
    if (type === RECORD.handshake) this.#onHandshake(content);
    if (type === RECORD.application) this.isAnswered = true;
  }

  #onHandshake(bytes) {
    if (bytes[0] === MESSAGE.keyUpdate && this.#hasAnswered) this.#reading.update();
    if (this.#hasAnswered) return;
    this.#messages = Buffer.concat([this.#messages, bytes]);
    while (this.#messages.length >= 4) {
      const end = 4 + this.#messages.readUIntBE(1, 3);
      if (this.#messages.length < end) return;
      const whole = this.#messages.subarray(0, end);
      this.#messages = this.#messages.subarray(end);
      this.#transcript.push(whole);
      if (this.#secrets === undefined) this.#onServerHello(whole);
      else if (whole[0] === MESSAGE.finished) this.#answer();
    }
  }

  #onServerHello(hello) {
    const publicKey = createPublicKey({
      key: Buffer.concat([X25519_SPKI, keyShareOf(hello)]),
      type: 'spki',
      format: 'der',
    });
    const shared = diffieHellman({ privateKey: this.#keys.privateKey, publicKey });
    this.#secrets = handshakeSecrets(shared, hash(...this.#transcript));
    this.#reading = new RecordKeys(this.#secrets.server);
  }

  #answer() {
    const { edit, stranger, order } = this.#plan;
    const application = applicationSecrets(this.#secrets.master, hash(...this.#transcript));
    const handshakeKeys = new RecordKeys(this.#secrets.client);
    const keys = new RecordKeys(application.client);
    this.#reading = new RecordKeys(application.server);
    this.#hasAnswered = true;
    const said = (type, body) => {
      const whole = message(type, body);
      this.#transcript.push(whole);
      return sealed(handshakeKeys, RECORD.handshake, whole);
    };
    const pieces = {
      certificate: () =>
        said(MESSAGE.certificate, edit('certificate', certificateBody(this.#plan))),
      verify: () => {
        // Who shows no certificate has nothing to prove.
        if (stranger.chain.length === 0) return [];
        const content = Buffer.concat([CLIENT_CONTEXT, hash(...this.#transcript)]);
        return said(MESSAGE.verify, edit('verify', verifyBody(stranger.sign(content))));
      },
      finished: () => {
        const body = finishedBody(this.#secrets.client, hash(...this.#transcript));
        return said(MESSAGE.finished, edit('finished', body));
      },
      application: () => sealed(keys, RECORD.application, edit('application', APPLICATION)),
      early: () => sealed(handshakeKeys, RECORD.application, APPLICATION),
      change: () => [Buffer.of(RECORD.change, 3, 3, 0, 1, 1)],
      alert: () => sealed(handshakeKeys, RECORD.alert, Buffer.of(1, 0)),
      updates: () => Array.from({ length: 100 }, () => keyUpdate(keys)),
    };
    const records = order.flatMap((name) => pieces[name]());
    this.#send(edit('flight', Buffer.concat(records)));
    if (this.#plan.endsAfterFlight) this.#socket.end();
  }

  /** In one piece, or cut where the plan says. */
  #send(bytes) {
    const { cut } = this.#plan;
    if (cut === 0 || cut >= bytes.length) this.#socket.write(bytes);
    else {
      this.#socket.write(bytes.subarray(0, cut));
      setImmediate(() => this.#socket.write(bytes.subarray(cut)));
    }
  }
}

function helloBody({ hello }, share) {
  const extensions = [
    ...(hello.isOld ? [] : [extension(43, Buffer.from('020304', 'hex'))]),
    extension(10, Buffer.from('0002001d', 'hex')),
    extension(13, vector(2, Buffer.from('080708040403', 'hex'))),
    ...(hello.hasNoShare
      ? []
      : [extension(51, vector(2, Buffer.from('001d', 'hex'), vector(2, share)))]),
    ...(hello.protocols.length > 0
      ? [extension(16, vector(2, ...hello.protocols.map((name) => vector(1, Buffer.from(name)))))]
      : []),
    ...(hello.isResuming ? resumption() : []),
  ];

  return Buffer.concat([
    Buffer.of(3, 3),
    randomBytes(32),
    vector(1),
    vector(2, Buffer.from(hello.isOld ? 'c02bc02f' : '1301', 'hex')),
    Buffer.of(1, 0),
    vector(2, ...extensions),
  ]);
}

/** A ticket that nobody has given out, and early data for it. */
function resumption() {
  const ticket = Buffer.concat([vector(2, randomBytes(32)), Buffer.alloc(4)]);
  return [
    extension(45, Buffer.of(1, 1)),
    extension(42, Buffer.alloc(0)),
    extension(41, Buffer.concat([vector(2, ticket), vector(2, vector(1, randomBytes(32)))])),
  ];
}

function certificateBody({ edit, stranger }) {
  const [leaf, ...others] = stranger.chain;
  const entries = leaf === undefined ? [] : [edit('leaf', leaf), ...others];
  const list = entries.flatMap((each) => [vector(3, each), Buffer.alloc(2)]);
  return Buffer.concat([Buffer.of(0), vector(3, ...list)]);
}

function verifyBody({ scheme, signature }) {
  return Buffer.concat([Buffer.of(scheme >> 8, scheme & 255), vector(2, signature)]);
}

function keyUpdate(keys) {
  const record = keys.seal(RECORD.handshake, message(MESSAGE.keyUpdate, Buffer.of(1)));
  keys.update();
  return record;
}

function keyShareOf(hello) {
  let at = 4 + 2 + 32;
  at += 1 + hello[at] + 3 + 2;
  while (at < hello.length) {
    const length = hello.readUInt16BE(at + 2);
    if (hello.readUInt16BE(at) === 51) return hello.subarray(at + 8, at + 4 + length);
    at += 4 + length;
  }
  throw new Error('no key');
}

function message(type, body) {
  return Buffer.concat([Buffer.of(type), uint(3, body.length), body]);
}

function extension(type, content) {
  return Buffer.concat([uint(2, type), vector(2, content)]);
}

/** With its length before it, in so many bytes. */
function vector(size, ...parts) {
  const content = Buffer.concat(parts);
  return Buffer.concat([uint(size, content.length), content]);
}

function uint(size, number) {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(number % 2 ** (8 * size), 0, size);
  return bytes;
}

function plainRecords(content) {
  return inPieces(content).map((piece) =>
    Buffer.concat([Buffer.of(RECORD.handshake, 3, 1), vector(2, piece)]),
  );
}

function sealed(keys, type, content) {
  return inPieces(content).map((piece) => keys.seal(type, piece));
}

function inPieces(content) {
  const count = Math.max(1, Math.ceil(content.length / CONTENT_MAX));
  return Array.from({ length: count }, (_, i) =>
    content.subarray(i * CONTENT_MAX, (i + 1) * CONTENT_MAX),
  );
}
