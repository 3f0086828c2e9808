/**
 * `hearsay/testkit`: doubles and builders for tests of programs that use a node, and of nodes themselves.
 * It waits for events and never for time, works with any test runner, and cleans up after itself: see
 * {@link CleanUp}.
 *
 *     const { node, address } = await startTestNode({ cleanUp: onTestFinished });
 *     const peer = await ScriptedPeer.link(address, { cleanUp: onTestFinished });
 *     peer.say(peerAnnounce({ data: 'hello' }));
 */
export type { CleanUp, CleanUpOptions } from './clean-up.ts';
export {
  bytes,
  peerAnnounce,
  peerOffer,
  rawFrame,
  TEST_DATA_TYPE,
  text,
  type AnnouncementParts,
} from './builders.ts';
export { findNonce, isNonce, proveOffer, randomU64 } from './proofs.ts';
export { ScriptedClient } from './scripted-client.ts';
export type { Target } from './open-socket.ts';
export { ScriptedConnection, type ScriptedConnectionOptions } from './scripted-connection.ts';
export {
  PeerListener,
  ScriptedPeer,
  type HandshakeOptions,
  type InitiatorOptions,
  type PeerListenerOptions,
} from './scripted-peer.ts';
export { startTestNode, type LogLine, type TestNode, type TestNodeOptions } from './test-node.ts';
export { turns, until } from './waiting.ts';
