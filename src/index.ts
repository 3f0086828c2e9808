/**
 * The library: a node inside your program.
 *
 *     import { createNode } from 'hearsay';
 *     const node = await createNode({ bootstrapper: 'bootstrap.example.org:6001' });
 *     node.subscribe(1337, ({ data }) => (isWellFormed(data) ? 'accept' : 'reject'));
 *     await node.announce(1337, 'hello');
 *
 * For a program beside a node there is `hearsay/client`, for tools on the protocol `hearsay/wire`, for tests
 * `hearsay/testkit`.
 */
export { createNode } from './daemon/create-node.ts';
export { NODE_ERROR_CODES, NodeError, type NodeErrorCode } from './daemon/embedding/node-error.ts';
export type {
  HearsayEvent,
  HearsayEventMap,
  HearsayNode,
  NodeAnnounceOptions,
  NodeStats,
  Peer,
  ProgramStats,
  ReceiptOptions,
  ValidatorFailed,
} from './daemon/hearsay-node.ts';
export type {
  AddressOption,
  LimitOptions,
  NodeOptions,
  TypeOptions,
} from './daemon/node-options.ts';
export type { SubscribeOptions } from './daemon/embedding/local-subscriptions.ts';
export type { AnnounceReceipt } from './daemon/embedding/receipts.ts';
export type { BannedPeer, BanOptions, PeerOptions } from './daemon/embedding/peer-control.ts';
export type { NodeLog } from './daemon/embedding/node-log.ts';
export type { Subscription, SubscriptionIterator } from './daemon/embedding/subscription.ts';
export type {
  Handler,
  Judged,
  Received,
  ValidationContext,
  Validator,
  ValidatorAnswer,
  Verdict,
} from './daemon/embedding/verdict.ts';
export type { NodeEvent } from './core/events.ts';
export type { Bounded, IntakeCounts, StandingSnapshot } from './core/snapshot.ts';
export type { DaemonShares } from './daemon/take-shares.ts';
