/** The targets, in the order in which a run without names takes them. */
import { configTarget } from './targets/config.mjs';
import { connectionsTarget } from './targets/connections.mjs';
import { framesTarget } from './targets/frames.mjs';
import { messagesTarget } from './targets/messages.mjs';
import { offerTextTarget } from './targets/offer-text.mjs';
import { pairTarget } from './targets/pair.mjs';

/**
 * @param code The code under test: what code.mjs exports.
 * @returns {import('./campaign.mjs').Target[]}
 */
export function createTargets(code) {
  return [
    framesTarget(code),
    messagesTarget(code),
    offerTextTarget(code),
    configTarget(code),
    connectionsTarget(code),
    pairTarget(code),
  ];
}
