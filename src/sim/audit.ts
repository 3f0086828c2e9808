/**
 * What must hold between the nodes of a simulation, looked at from above from time to time: the promises that
 * no node can keep alone, and those about work that nobody waits for any more. Those that a single node keeps
 * at every step are in checkers.ts.
 */
import type { NodeSnapshot } from '../core/snapshot.ts';
import { CheckFailure } from './failure.ts';
import type { LinkEnd, Traffic } from './link-end.ts';

/** A running node as the audit sees it. */
export interface AuditedNode {
  readonly index: number;
  readonly isHostile: boolean;
  readonly links: Iterable<LinkEnd>;
  /** Undefined for a core that shows nothing. */
  readonly snapshot: NodeSnapshot | undefined;
  /** Proofs that are searched for or wait for their turn, by link. */
  readonly provenLinks: Iterable<number>;
}

/** Checks all of it; throws {@link CheckFailure}. */
export function audit(
  nodes: Iterable<AuditedNode>,
  ends: Iterable<LinkEnd>,
  traffic: Readonly<Traffic>,
): void {
  const hostile = new Set<number>();
  for (const node of nodes) {
    if (node.isHostile) hostile.add(node.index);
    else auditNode(node);
  }
  let left = 0;
  for (const end of ends) {
    left += end.bytesUnderWay + end.unsentBytes;
    if (!hostile.has(end.machine.index) && !hostile.has(end.other.machine.index)) {
      expectAgreement(end);
    }
  }
  expectAddedUp(traffic, left);
}

function auditNode({ index, links, snapshot, provenLinks }: AuditedNode): void {
  const known = new Map<number, LinkEnd>();
  for (const end of links) known.set(end.id, end);
  for (const link of provenLinks) {
    if (!known.has(link)) throw new CheckFailure(`node ${index} works on a proof for a dead link`);
  }
  if (snapshot === undefined) return;
  for (const { link, state } of snapshot.links) {
    const end = known.get(link);
    if (end === undefined)
      throw new CheckFailure(`node ${index} keeps link ${link}, which is gone`);
    if ((state === 'open') !== end.isEstablished) {
      throw new CheckFailure(`node ${index} has link ${link} as ${state} but reported otherwise`);
    }
    known.delete(link);
  }
  for (const link of known.keys()) {
    throw new CheckFailure(`node ${index} has forgotten link ${link} without closing it`);
  }
}

/** Once nothing is under way between them, both sides take a link for open or neither does. */
function expectAgreement(end: LinkEnd): void {
  const { other } = end;
  if (!end.isEstablished || other.isEstablished || end.isEnded || other.isEnded) return;
  if (!end.isQuiet || !other.isQuiet || other.isFailing || end.isFailing) return;
  throw new CheckFailure(
    `node ${end.machine.index} takes link ${end.id} to node ${other.machine.index} for open, which does not`,
  );
}

function expectAddedUp({ sent, received, lost }: Readonly<Traffic>, left: number): void {
  if (sent === received + lost + left) return;
  throw new CheckFailure(
    `${sent} bytes were sent, but ${received} received, ${lost} lost and ${left} are under way`,
  );
}
