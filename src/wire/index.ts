/**
 * `hearsay/wire`: the protocol as bytes, for those who build tools on it. Messages 500 to 510 and
 * 520 to 529 to and from plain objects, streams cut into messages, addresses. Nothing here needs Node: no sockets, no clock.
 *
 * Reading: `clientMessageReader()`, `notificationReader()` or `peerMessageReader()` give a {@link FrameReader};
 * push what a socket read, then take `next()` until it is undefined. What is no message is a {@link Violation},
 * never an exception.
 *
 * Writing: the `encode…` functions give the bytes of one message. What fits in no message throws; numbers are cut
 * to the width of their fields.
 */
export {
  addressEquals,
  canonicalHost,
  compareAddresses,
  formatAddress,
  parseAddress,
  scopeOf,
  type Address,
  type Scope,
} from './address.ts';
export {
  clientMessageReader,
  encodeAnnounce,
  encodeNotification,
  encodeNotify,
  encodeValidation,
  notificationReader,
  type Announce,
  type ClientMessage,
  type Notification,
  type Notify,
  type Validation,
} from './api-messages.ts';
export { DIGEST_BYTES, readDigest, writeDigest, type MessageDigest } from './digest.ts';
export {
  DIGESTS_MAX,
  EXTENSION_VERSION,
  Feature,
  HAVES_MAX,
  TYPES_MAX,
  type ExtensionMessage,
  type HaveEntry,
  type Interest,
  type PeerDontWant,
  type PeerGone,
  type PeerHave,
  type PeerHello,
  type PeerInterest,
  type PeerPing,
  type PeerPong,
  type PeerPush,
  type PeerReconcile,
  type PeerWant,
} from './extension-messages.ts';
export { FrameReader, type Dialect, type FrameDecoder } from './frame-reader.ts';
export {
  DATA_BYTES_MAX,
  HEADER_BYTES,
  MESSAGE_BYTES_MAX,
  MESSAGE_SHAPES,
  MessageType,
  type Direction,
  type MessageShape,
} from './message-types.ts';
export { decodeOfferText, encodeOfferText } from './offer-text.ts';
export {
  encodePeerMessage,
  joinOffer,
  peerMessageReader,
  peerMessageSize,
  splitOffer,
  writePeerMessage,
  type PeerAnnounce,
  type PeerChallenge,
  type PeerDiscovery,
  type PeerInfo,
  type PeerMessage,
  type PeerOffer,
  type PeerValidation,
  type PeerVerification,
  type ProvenOffer,
} from './peer-messages.ts';
export { KEY_SPACE, RANGES_MAX, type Range } from './reconciliation.ts';
export { VIOLATION_CODES, type Violation, type ViolationCode } from './violation.ts';
export { u64, u64Equals, u64FromHex, u64ToHex, type U64 } from '../basics/integers.ts';
