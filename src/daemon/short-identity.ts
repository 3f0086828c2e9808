/** How an identity stands in text that people read. */
import type { PeerIdentity } from '../core/settings.ts';

/** The first 16 digits: enough to tell nodes apart by eye, not to trust one. */
export function shortIdentity(identity: PeerIdentity): string {
  return identity.slice(0, 16);
}
