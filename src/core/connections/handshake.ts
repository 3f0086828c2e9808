/**
 * The rules of the handshake as a table: what each state takes, in words for the log. The moves themselves
 * are in connections.ts.
 */
import type { PeerMessage } from '../../wire/peer-messages.ts';
import { violation, type Violation } from '../../wire/violation.ts';
import type { ProofOfWork } from '../settings.ts';
import type { Link, LinkState } from './link.ts';

const NAMES: Readonly<Record<PeerMessage['kind'], string>> = {
  'peer-announce': 'PEER ANNOUNCE (504)',
  'peer-discovery': 'PEER DISCOVERY (505)',
  'peer-offer': 'PEER OFFER (506)',
  'peer-info': 'PEER INFO (507)',
  'peer-challenge': 'PEER CHALLENGE (508)',
  'peer-verification': 'PEER VERIFICATION (509)',
  'peer-validation': 'PEER VALIDATION (510)',
};

const EXPECTED: Readonly<Record<LinkState, string>> = {
  'awaiting-info': 'PEER INFO (507) comes first',
  'awaiting-turn': 'nothing is due until the PEER CHALLENGE (508)',
  'awaiting-proof': 'PEER VERIFICATION (509) is due',
  'awaiting-answer': 'PEER CHALLENGE (508) or PEER VALIDATION (510) is due',
  solving: 'PEER CHALLENGE (508) or PEER VALIDATION (510) is due',
  open: 'the link is open and 504 to 506 are due',
};

/** A message that does not belong where it came; says which setting of the other side would explain it. */
export function outOfPlace(link: Link, message: PeerMessage, setting: ProofOfWork): Violation {
  const hint = likelySetting(link, message, setting);
  const reason = `${NAMES[message.kind]} on an ${link.direction} link, but ${EXPECTED[link.state]}`;
  return violation('wrong-state', hint === undefined ? reason : `${reason}; ${hint}`);
}

function likelySetting(link: Link, message: PeerMessage, setting: ProofOfWork): string | undefined {
  const isProof =
    message.kind === 'peer-challenge' ||
    message.kind === 'peer-verification' ||
    message.kind === 'peer-validation';
  const isEarly =
    !link.isOpen && (message.kind === 'peer-discovery' || message.kind === 'peer-announce');
  let other: string | undefined;
  if (setting === 'discovery' && isProof) other = '"connection" or "none"';
  if (setting !== 'discovery' && isEarly && link.state !== 'awaiting-info') other = '"discovery"';
  if (other === undefined) return undefined;
  return `the peer is probably set to proof_of_work = ${other}, this node to "${setting}"`;
}
