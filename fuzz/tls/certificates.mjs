/**
 * Whoever knocks: keys, and certificates for them of all kinds, right and wrong. Written apart from the node's own
 * certificate writer.
 */
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import { readFileSync } from 'node:fs';

/** 2^255 − 19 + 1, little end first: the neutral point of Ed25519 in an encoding that is not the shortest. */
const NEUTRAL_LONG = Buffer.concat([Buffer.of(0xee), Buffer.alloc(30, 0xff), Buffer.of(0x7f)]);
/** The same in the shortest encoding. Anybody can sign for it. */
const NEUTRAL = Buffer.concat([Buffer.of(1), Buffer.alloc(31)]);
/** … for instance so, whatever the message: R neutral, S zero. */
const SIGNATURE_OF_NOBODY = Buffer.concat([NEUTRAL, Buffer.alloc(32)]);
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519 = Buffer.from('300506032b6570', 'hex');
const CHAIN = 10;
/** More than a node takes; and more than OpenSSL does. */
const LONG_BYTES = 20 * 1_024;
const LARGE_BYTES = 100 * 1_024;
const USUAL = { from: '20200101000000Z', to: '99991231235959Z' };

/** Signature schemes of TLS. */
const SCHEMES = { ed25519: 0x0807, rsa: 0x0804, ec: 0x0403 };

/**
 * @typedef {object} Stranger
 * @property {string} name
 * @property {boolean} isEntitled Whether a node may take it for a peer.
 * @property {boolean} [isDear] Whether it takes long to sign for it.
 * @property {string | undefined} identity SHA-256 of its key, as nodes name it.
 * @property {readonly Buffer[]} chain Its certificates (DER).
 * @property {(content: Buffer) => { scheme: number, signature: Buffer }} sign
 */

/** @returns {Stranger[]} All kinds there are, always in this order. */
export function createStrangers() {
  const ed25519 = newKey('ed25519');
  const other = newKey('ed25519');
  const usual = certificateOf(ed25519);
  const ballast = (name) => Array(CHAIN - 1).fill(certificateOf(other, { name }));
  const forged = { scheme: SCHEMES.ed25519, signature: SIGNATURE_OF_NOBODY };
  const impostor = (name, spki) => ({
    ...stranger(name, ed25519, [certificateOf(ed25519, { spki })]),
    isEntitled: false,
    identity: undefined,
    sign: () => forged,
  });
  const refused = (name, key, chain) => ({ ...stranger(name, key, chain), isEntitled: false });
  const p256 = newKey('ec', { namedCurve: 'P-256' });
  const rsa = [1_024, 2_048].map((modulusLength) => newKey('rsa', { modulusLength }));
  const large = readKey('rsa-8192.pem');
  return [
    stranger('an Ed25519 key', ed25519, [usual]),
    stranger('RSA of 2,048 bits', rsa[1]),
    stranger('a certificate that has expired', ed25519, [
      certificateOf(ed25519, { from: '19700101000000Z', to: '19800101000000Z' }),
    ]),
    stranger('a certificate of the future', ed25519, [
      certificateOf(ed25519, { from: '99980101000000Z', to: '99991231235959Z' }),
    ]),
    refused('no certificate', ed25519, []),
    refused('P-256', p256),
    refused('RSA of 1,024 bits', rsa[0]),
    { ...refused('RSA of 8,192 bits', large), isDear: true },
    refused('a certificate of 100 KiB', ed25519, [
      certificateOf(ed25519, { padding: LARGE_BYTES }),
    ]),
    refused('a certificate of 20 KiB', ed25519, [certificateOf(ed25519, { padding: LONG_BYTES })]),
    refused('the certificate of another', ed25519, [certificateOf(other)]),
    impostor('a key that is too short', Buffer.concat([ED25519_SPKI, Buffer.alloc(8)])),
    impostor('a key that is no point', Buffer.concat([ED25519_SPKI, Buffer.alloc(32, 2)])),
    impostor('the neutral point', Buffer.concat([ED25519_SPKI, NEUTRAL])),
    impostor('the neutral point, written longer', Buffer.concat([ED25519_SPKI, NEUTRAL_LONG])),
    refused('a chain of ten', ed25519, [usual, ...ballast()]),
    // Nobody looks at them.
    stranger('certificates behind it that have nothing to do with it', ed25519, [
      usual,
      ...ballast('y'),
    ]),
  ];
}

function stranger(name, key, chain = [certificateOf(key)]) {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const identity = createHash('sha256').update(spki).digest('hex');
  return { name, isEntitled: true, identity, chain, sign: (content) => signWith(key, content) };
}

function signWith(key, content) {
  const type = key.asymmetricKeyType;
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const options = type === 'rsa' ? { key, ...padding } : key;
  const algorithm = type === 'ed25519' ? null : 'sha256';
  return { scheme: SCHEMES[type], signature: sign(algorithm, content, options) };
}

function newKey(type, options) {
  return generateKeyPairSync(type, options).privateKey;
}

/** Keys that take long to make. */
function readKey(name) {
  return createPrivateKey(readFileSync(new URL(name, import.meta.url)));
}

/** A certificate (DER), signed by nobody in particular: nobody checks that. */
function certificateOf(
  key,
  { from = USUAL.from, to = USUAL.to, name = 'x', spki, padding = 0 } = {},
) {
  const both = sequence(tlv(0x31, sequence(Buffer.from('0603550403', 'hex'), text(0x0c, name))));
  const content = sequence(
    tlv(0xa0, Buffer.of(2, 1, 2)),
    Buffer.of(2, 1, 1),
    ED25519,
    both,
    sequence(text(0x18, from), text(0x18, to)),
    both,
    spki ?? createPublicKey(key).export({ type: 'spki', format: 'der' }),
    ...(padding > 0 ? [paddingOf(padding)] : []),
  );
  return sequence(content, ED25519, tlv(3, Buffer.alloc(65)));
}

/** An extension that nobody knows (2.999.1), as long as one likes. */
function paddingOf(bytes) {
  const extension = sequence(Buffer.from('0603883701', 'hex'), tlv(4, Buffer.alloc(bytes)));
  return tlv(0xa3, sequence(extension));
}

const sequence = (...parts) => tlv(0x30, ...parts);
const text = (tag, characters) => tlv(tag, Buffer.from(characters));

function tlv(tag, ...parts) {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const digits = length.toString(16);
  const size = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | size.length), size, content]);
}
