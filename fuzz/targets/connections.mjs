/**
 * `connections`: one node core with random settings, fed with random sequences of inputs: all message types in
 * all states, several links and local programs, verdicts, queues, dials, time that passes or jumps. After each
 * input the node is held against the books of node/auditor.mjs: links, announcements, programs, bounds and deadlines;
 * at the end everything drains, and nothing may be held up or left over.
 *
 * Input: the settings, and moves of eight bytes each.
 */
import { must, traceOf } from '../failure.mjs';
import { Features } from '../features.mjs';
import { Auditor } from '../node/auditor.mjs';
import { cheapProofs } from '../node/proofs.mjs';
import { SETTINGS_BYTES, settingsFrom } from '../node/settings.mjs';
import { MOVE_BYTES, Stranger } from '../node/stranger.mjs';

const MOVES_MAX = 64;
/** Message IDs are 1 to this. */
const MESSAGE_IDS = 65_535;
/** What may be kept for messages to come while none waits. */
const EMPTY_BYTES_MAX = 16_384;
/**
 * Behind the settings: a seed for the node's random bits; whether they are poor (lowest bit), how many programs
 * subscribe and how many links open at the start (highest bits).
 */
const HEAD = SETTINGS_BYTES + 2;

export function connectionsTarget(code) {
  return {
    name: 'connections',
    summary: 'one node core, random inputs, checked after each',
    shape: {
      bytesMax: HEAD + MOVES_MAX * MOVE_BYTES,
      headBytes: HEAD,
      unitBytes: MOVE_BYTES,
      freshAt: SETTINGS_BYTES,
    },
    seeds: seeds(),
    execute: (input, features) => run(code, input, features, undefined),
    describe: (input) => traceOf((trace) => run(code, input, new Features(), trace)),
  };
}

function run(code, input, features, trace) {
  if (input.length < HEAD) return;
  const settings = settingsFrom(code, input);
  trace?.push(JSON.stringify({ ...settings, bounds: undefined }));
  const random = randomFrom(code, input[SETTINGS_BYTES], input[SETTINGS_BYTES + 1]);
  const auditor = new Auditor({ code, settings, random, proofs: cheapProofs, features, trace });
  const stranger = new Stranger({ code, auditor, settings });
  stranger.start(input[SETTINGS_BYTES + 1] >> 6, (input[SETTINGS_BYTES + 1] >> 4) % 4);
  for (let at = HEAD; at + MOVE_BYTES <= input.length; at += MOVE_BYTES) {
    stranger.move(input.subarray(at, at + MOVE_BYTES));
  }
  stranger.settle();
  expectNothingHeldUp(auditor);
  stranger.end();
  expectNothingLeft(auditor);
}

/** Poor bits often give one of a few message IDs, so that these meet; ids and challenges are rare as ever. */
function randomFrom(code, seed, kind) {
  const good = code.seededRandom(seed);
  if (kind % 2 === 0) return good;
  const poor = () => (good.u32() % MESSAGE_IDS) * MESSAGE_IDS + (good.u32() % 8);
  return new code.Random(() => (good.u32() % 2 === 0 ? poor() : good.u32()));
}

function expectNothingHeldUp(auditor) {
  for (const { id, isPaused } of auditor.links.known.values()) {
    must(!isPaused, 'paused-for-ever', () => `link ${id}, although nothing is behind`);
  }
  for (const { id, isPaused } of auditor.clients.values()) {
    must(!isPaused, 'paused-for-ever', () => `client ${id}, although nothing is behind`);
  }
  const { waitingMessages, waitingBytes } = auditor.sizes();
  const isEmpty = waitingMessages.size === 0 && waitingBytes.size <= EMPTY_BYTES_MAX;
  must(isEmpty, 'gate-for-ever', () => {
    return `${waitingMessages.size} messages, ${waitingBytes.size} bytes after validation_timeout`;
  });
}

function expectNothingLeft(auditor) {
  const { openLinks, pendingLinks, offerProofs, clients } = auditor.sizes();
  const left = openLinks.size + pendingLinks.size + offerProofs.size + clients.size;
  must(left === 0, 'left-over', () => JSON.stringify(auditor.sizes()));
}

/** For each place of the proof of work a node with some links, a subscriber, announcements and verdicts. */
function seeds() {
  return [0, 1, 2].map((proofOfWork) => {
    const head = new Uint8Array(HEAD);
    head.set([1, 1, 0, 3], 0);
    head.set([1, 0, proofOfWork, 1, 1], 7);
    const moves = [0, 6, 6, 0, 6, 6, 43, 45, 25, 25, 48, 48, 34, 52, 38, 6, 54, 57];
    return Uint8Array.from([...head, ...moves.flatMap((move, i) => [move, i, 3, 1, 4, 1, 5, 9])]);
  });
}
