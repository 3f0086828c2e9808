/** Puts together from all rooms what a node shows of itself. */
import type { Link } from './connections/connections.ts';
import { KEPT_BYTES_MAX } from './exchange/knowledge-base.ts';
import { WISHES_MAX } from './exchange/wishes.ts';
import { whomOf, type Rooms } from './rooms.ts';
import type { LinkSnapshot, NodeSnapshot, Sizes } from './snapshot.ts';

export function takeSnapshot(rooms: Rooms): NodeSnapshot {
  const { connections, intake } = rooms;
  const links = [...connections.open, ...connections.pending];
  return {
    links: links.map((link) => linkSnapshot(link, rooms)),
    bans: rooms.bans.all(),
    intake: intake.total,
    sizes: sizesOf(rooms),
  };
}

function linkSnapshot(link: Link, { intake, standing, now }: Rooms): LinkSnapshot {
  return {
    link: link.id,
    direction: link.direction,
    state: link.state,
    remote: link.remote,
    listening: link.listening,
    identity: link.identity,
    openedAt: link.openedAt,
    roundTrip: link.roundTrip,
    intake: intake.countsOf(link.id),
    standing: standing.of(whomOf(link), now),
  };
}

/** The part of a snapshot that costs little, for those who look after every step. */
export function sizesOf(rooms: Rooms): Sizes {
  const { settings, connections, membership, dissemination, exchange } = rooms;
  const { bounds, maxConnections, cacheSize } = settings;
  return {
    openLinks: { size: connections.open.length, max: maxConnections },
    pendingLinks: { size: connections.pendingCount, max: bounds.pendingLinksMax },
    bans: { size: rooms.bans.size, max: bounds.bansMax },
    standings: { size: rooms.standing.size, max: bounds.standingsMax },
    ranges: { size: connections.rangeCount, max: bounds.rangesMax },
    dials: { size: membership.dialCount, max: membership.dialsMax },
    offerProofs: { size: membership.offerProofCount, max: bounds.offerProofsMax },
    addresses: { size: rooms.book.size, max: bounds.addressesMax },
    seen: { size: dissemination.seenSize, max: bounds.seenMax },
    waitingMessages: { size: dissemination.waitingSize, max: bounds.gatesMax },
    waitingBytes: { size: dissemination.waitingBytes, max: bounds.gateBytesMax },
    kept: { size: exchange?.sizes.kept ?? 0, max: cacheSize },
    keptBytes: { size: exchange?.sizes.keptBytes ?? 0, max: KEPT_BYTES_MAX },
    wishes: { size: exchange?.sizes.wishes ?? 0, max: WISHES_MAX },
    clients: { size: rooms.subscriptions.clientCount, max: bounds.clientsMax },
  };
}
