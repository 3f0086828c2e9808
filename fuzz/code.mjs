/**
 * The code under test, as built: what the targets are handed by the command. Tests hand them the same names
 * from `src`.
 */
export * from '../dist/basics/random.js';
export * from '../dist/core/gossip-node.js';
export * from '../dist/core/settings.js';
export * from '../dist/daemon/config/config.js';
export * from '../dist/wire/address.js';
export * from '../dist/wire/api-messages.js';
export * from '../dist/wire/offer-text.js';
export * from '../dist/wire/peer-messages.js';
