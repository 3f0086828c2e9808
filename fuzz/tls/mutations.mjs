/** What a client of handshakes does wrong: bytes changed, cut, doubled or invented, in one of its messages. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { selfSignedCertificate } from '../../dist/daemon/identity/certificate.js';
import { certificateMessage } from './raw-client.mjs';

/** Whole numbers below `limit`, the same for the same seed (mulberry32). */
export function chanceOf(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Other people's certificates, with keys that the client does not hold. */
const FOREIGN = [
  generateKeyPairSync('ed25519'),
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
].map(({ privateKey }) => new X509Certificate(selfSignedCertificate(privateKey)).raw);

const EDITS = [
  (bytes, chance) => flip(bytes, chance),
  (bytes, chance) => bytes.subarray(0, chance(bytes.length + 1)),
  (bytes, chance) => splice(bytes, chance, Buffer.alloc(0), 1 + chance(8)),
  (bytes, chance) => splice(bytes, chance, bytes.subarray(0, chance(bytes.length + 1)), 0),
  (bytes, chance) => splice(bytes, chance, Buffer.alloc(chance(64), chance(256)), 0),
];

/** Changes of a certificate (DER) that keep the message around it whole. */
const CERTIFICATES = [
  (der, chance) => certificateMessage(edited(der, chance)),
  (der, chance) => certificateMessage(FOREIGN[chance(FOREIGN.length)]),
  (der, chance) => certificateMessage(...Array.from({ length: 2 + chance(9) }, () => der)),
  (der, chance) => certificateMessage(der, edited(der, chance)),
  (der, chance) => certificateMessage(Buffer.concat([der, Buffer.alloc(chance(100_000))])),
  (der, chance) => certificateMessage(Buffer.alloc(chance(4_000), chance(256))),
  () => certificateMessage(),
  () => Buffer.alloc(0),
];

/** A `change` for `handshake` of raw-client.mjs, which spoils one message. */
export function spoil(chance, certificate) {
  const target = [
    'certificate',
    'certificate',
    'certificate',
    'verify',
    'finished',
    'hello',
    'data',
  ][chance(7)];
  return (name, bytes) => {
    if (name !== target) return bytes;
    if (name === 'certificate' && chance(5) > 0)
      return CERTIFICATES[chance(CERTIFICATES.length)](certificate, chance);
    return edited(bytes, chance);
  };
}

function edited(bytes, chance) {
  let changed = Buffer.from(bytes);
  for (let edits = 1 + chance(3); edits > 0; edits--)
    changed = Buffer.from(EDITS[chance(EDITS.length)](changed, chance));
  return changed;
}

function flip(bytes, chance) {
  if (bytes.length > 0) bytes[chance(bytes.length)] ^= 1 << chance(8);
  return bytes;
}

function splice(bytes, chance, inserted, removed) {
  const at = chance(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}
