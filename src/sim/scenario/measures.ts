/**
 * What announcements came to: who got them, when, and over how many links. Each is measured once, when it
 * has settled; after that its record may go.
 */
import type { Instant } from '../../core/settings.ts';
import type { Announcement } from '../announcement.ts';
import { CountHistogram } from './count-histogram.ts';
import type { ScenarioNetwork } from './scenario-network.ts';

/** How far one announcement, or several together, got. */
export interface Reach {
  readonly expected: number;
  readonly reached: number;
}

export class Measures {
  announcements = 0;
  /** Announcements that reached everyone they should. */
  complete = 0;
  /** Pairs of an announcement and a subscriber that it should reach, and of those the ones it did. */
  expected = 0;
  reached = 0;
  /** Payload receptions at honest nodes, and the first ones among them. */
  copies = 0;
  deliveries = 0;
  /** Pairs of an announcement and an honest node that was up all the time, subscriber or not. */
  pairs = 0;
  readonly latency: CountHistogram;
  readonly lastNode: CountHistogram;
  readonly hops: CountHistogram;

  /** Goes on from `earlier`, which stays as it is. */
  constructor(earlier?: Measures) {
    this.latency = earlier?.latency.copy() ?? new CountHistogram();
    this.lastNode = earlier?.lastNode.copy() ?? new CountHistogram();
    this.hops = earlier?.hops.copy() ?? new CountHistogram();
    if (earlier === undefined) return;
    this.announcements = earlier.announcements;
    this.complete = earlier.complete;
    this.expected = earlier.expected;
    this.reached = earlier.reached;
    this.copies = earlier.copies;
    this.deliveries = earlier.deliveries;
    this.pairs = earlier.pairs;
  }

  /** Measures an announcement as it stands now. */
  add(announcement: Announcement, network: ScenarioNetwork): Reach {
    let expected = 0;
    let reached = 0;
    let last: Instant | undefined;
    const { announcedAt, origin } = announcement;
    const { cast, upSince, nodes } = network;
    for (let node = 0; node < nodes.length; node++) {
      if (node === origin || upSince[node]! > announcedAt || cast.isHostile(node)) continue;
      this.pairs++;
      const arrival = announcement.arrivalAt(node);
      if (arrival !== undefined) {
        this.latency.add(arrival - announcedAt);
        this.hops.add(announcement.hopsAt(node)!);
        if (last === undefined || arrival > last) last = arrival;
      }
      if (!cast.hasSubscriber(node)) continue;
      expected++;
      if (announcement.notifiedAt(node) !== undefined) reached++;
    }
    if (last !== undefined) this.lastNode.add(last - announcedAt);
    this.announcements++;
    if (reached === expected) this.complete++;
    this.expected += expected;
    this.reached += reached;
    this.copies += announcement.copies;
    this.deliveries += announcement.reached;
    return { expected, reached };
  }
}
