/** Who has most of what everybody may have some of; see {@link Shares}. */
import type { Link } from './connections/connections.ts';
import type { Rooms } from './rooms.ts';
import type { Shares } from './snapshot.ts';

export function takeShares({ settings, connections, membership, now }: Rooms): Shares {
  const { bounds } = settings;
  const open = connections.open.filter(isInbound);
  const pending = [...connections.pending].filter(isInbound);
  const admissions = connections.admissions(now);
  return {
    inboundLinks: { size: open.length, max: connections.inboundMax },
    linksPerHost: { size: largestBy(open, 'site'), max: bounds.linksPerHostMax },
    linksPerRange: { size: largestBy(open, 'block'), max: bounds.linksPerRangeMax },
    pendingInbound: { size: pending.length, max: bounds.pendingInboundMax },
    pendingPerHost: { size: largestBy(pending, 'site'), max: bounds.pendingPerHostMax },
    pendingPerRange: { size: largestBy(pending, 'block'), max: bounds.pendingPerRangeMax },
    admissions: { size: admissions.all, max: bounds.admissionsBurst },
    admissionsPerRange: { size: admissions.range, max: bounds.rangeAdmissionsBurst },
    addressesPerPeer: { size: membership.mostAddressesTaken(now), max: bounds.offerIntakeMax },
    dials: { size: membership.dialCount, max: bounds.dialsMax },
  };
}

function isInbound({ dialled }: Link): boolean {
  return dialled === undefined;
}

/** The most links that have their site or block in common. Loopback is not limited, and does not count. */
function largestBy(links: readonly Link[], place: 'site' | 'block'): number {
  const sizes = new Map<string, number>();
  for (const link of links) {
    if (link.scope !== 'loopback') sizes.set(link[place], (sizes.get(link[place]) ?? 0) + 1);
  }
  return Math.max(0, ...sizes.values());
}
