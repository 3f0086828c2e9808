/**
 * What the bytes of an input mean: who knocks, with which ClientHello, in which order, and which bytes are changed.
 * Any bytes mean something.
 */
import { STAGES } from './client.mjs';

/** Stranger, ClientHello, order, place of a cut (two bytes), ends. */
export const HEAD_BYTES = 6;
/** Stage, kind, place (two bytes), value. */
export const CHANGE_BYTES = 5;
export const CHANGES_MAX = 6;

const OWN = ['hearsay/1/main'];
const HELLOS = [
  { name: 'the usual hello', isRight: true },
  {
    name: 'many networks, ours among them',
    protocols: ['h2', 'hearsay/1/x', ...OWN],
    isRight: true,
  },
  { name: 'an unknown ticket and early data', isResuming: true, isRight: true },
  { name: 'no network', protocols: [] },
  { name: 'another network', protocols: ['hearsay/1/other'] },
  { name: 'TLS 1.2', isOld: true },
  { name: 'no share of a key', hasNoShare: true },
];

/** The pieces whose changes are changes of a ClientHello. */
const HELLO_STAGES = ['hello', 'first-record'];

const PROOF = ['certificate', 'verify', 'finished'];
const ORDERS = [
  { order: [...PROOF, 'application'], isRight: true },
  { order: ['change', ...PROOF, 'application'], isRight: true },
  { order: [...PROOF, 'updates', 'application'], isRight: true },
  { order: ['application'] },
  { order: ['early', ...PROOF] },
  { order: ['certificate', 'early', 'verify', 'finished'] },
  { order: ['finished', 'application'] },
  { order: ['certificate', 'finished', 'application'] },
  { order: ['verify', 'certificate', 'finished', 'application'] },
  { order: [...PROOF, ...PROOF, 'application'] },
  { order: ['alert', ...PROOF, 'application'] },
  { order: ['certificate', 'verify', 'application'] },
];

export const KINDS = { hellos: HELLOS.length, orders: ORDERS.length };

/** Plan of an input, for {@link knock}; without its `sign` it is plain data but for `edit`. */
export function planFrom(input, strangers) {
  const [who = 0, how = 0, what = 0, high = 0, low = 0, ends = 0] = input;
  const stranger = strangers[who % strangers.length];
  const hello = { protocols: OWN, ...HELLOS[how % HELLOS.length] };
  const { order, isRight = false } = ORDERS[what % ORDERS.length];
  const changes = changesFrom(input);
  // Changes can make a wrong hello right, but neither another person nor another order.
  const isHelloChanged = changes.some(({ stage }) => HELLO_STAGES.includes(stage));
  const isEntitled = stranger.isEntitled && (hello.isRight === true || isHelloChanged);
  const endsAfterHello = ends % 8 === 1;
  const endsAfterFlight = ends % 8 === 2;
  return {
    stranger,
    hello,
    order,
    cut: (high << 8) | low,
    endsAfterHello,
    endsAfterFlight,
    changes,
    edit: (stage, bytes) => changes.filter((c) => c.stage === stage).reduce(change, bytes),
    /** Whether a node may take this stranger at all. */
    isEntitled,
    /** … and whether it may read anything of what he says. */
    mayBeRead: isEntitled && isRight,
    /** Whether a node has to let it in: nothing is wrong with it. */
    mustBeRead:
      isEntitled && isRight && changes.length === 0 && !endsAfterHello && !endsAfterFlight,
  };
}

export function describePlan({ stranger, hello, order, cut, changes, ...plan }) {
  return [
    `${stranger.name}, ${hello.name}, ${order.join(' ')}`,
    ...(cut > 0 ? [`cut at ${cut}`] : []),
    ...(plan.endsAfterHello ? ['ends after its hello'] : []),
    ...(plan.endsAfterFlight ? ['ends after all'] : []),
    ...changes.map(({ stage, kind, at, value }) => `${stage}: ${kind} at ${at}, ${value}`),
  ];
}

const CHANGES = ['flip', 'set', 'add', 'cut off', 'take out', 'put in', 'double'];

function changesFrom(input) {
  const changes = [];
  const end = Math.min(input.length, HEAD_BYTES + CHANGES_MAX * CHANGE_BYTES);
  for (let at = HEAD_BYTES; at + CHANGE_BYTES <= end; at += CHANGE_BYTES) {
    const [stage, kind, high, low, value] = input.subarray(at, at + CHANGE_BYTES);
    changes.push({
      stage: STAGES[stage % STAGES.length],
      kind: CHANGES[kind % CHANGES.length],
      at: (high << 8) | low,
      value,
    });
  }
  return changes;
}

function change(bytes, { kind, at: wanted, value }) {
  if (bytes.length === 0) return bytes;
  const at = wanted % bytes.length;
  const copy = Buffer.from(bytes);
  const piece = bytes.subarray(at, at + 1 + value);
  switch (kind) {
    case 'flip':
      copy[at] ^= 1 << (value & 7);
      return copy;
    case 'set':
      copy[at] = value;
      return copy;
    case 'add':
      copy[at] += value;
      return copy;
    case 'cut off':
      return copy.subarray(0, at);
    case 'take out':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + piece.length)]);
    case 'put in':
      return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(value, value), bytes.subarray(at)]);
    default:
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  }
}
