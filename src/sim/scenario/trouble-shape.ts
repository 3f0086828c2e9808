/**
 * Every key of the faults and adversaries of a scenario file: meaning, range, default.
 */
import { ADVERSARY_ROLES, type AdversaryRole } from '../adversaries/roles.ts';
import { key, kindsOf, needed, objectOf, optional } from './object-shape.ts';
import type { AdversaryPlan, Fault } from './scenario.ts';
import { count, duration, millis, NODES_MAX, share } from './quantities.ts';
import { flag, numberIn, orNull, wordOf } from './shape.ts';

/** Netgroups of adversaries: 10.200/16 to 10.249/16, where no honest node lives. */
const HOSTILE_NETGROUPS_MAX = 50;

const how = wordOf(['exit', 'power-off']);
const at = key(millis, 0, 'ms after the end of the warm-up');
const lasts = key(duration, 30_000, 'how long it lasts in ms');
const keepsStore = key(flag, false, 'whether they come back with what they had stored');

function kind<const Word extends string>(word: Word) {
  return needed(wordOf([word]), 'what happens');
}

type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { readonly kind: Kind }>;

export const fault = kindsOf<Fault>('kind', {
  partition: objectOf<FaultOf<'partition'>>({
    kind: kind('partition'),
    at,
    lasts,
    share: key(share, 0.5, 'share of the nodes in the first group'),
    oneWay: key(flag, false, 'whether only messages from the first group are stopped'),
  }),
  crash: objectOf<FaultOf<'crash'>>({
    kind: kind('crash'),
    at,
    share: key(share, 0.3, 'share of the honest nodes that end at once'),
    how: key(how, 'power-off', 'whether the process ends or the power'),
    restartAfter: key(orNull(duration), null, 'they come back after so many ms; null is never'),
    keepsStore,
  }),
  churn: objectOf<FaultOf<'churn'>>({
    kind: kind('churn'),
    at,
    lasts,
    perMinute: key(numberIn({ min: 0.01, max: 1_000_000 }), 6, 'nodes that leave per minute'),
    downFor: key(duration, 10_000, 'ms that each is away'),
    how: key(how, 'exit', 'whether the process ends or the power'),
    keepsStore,
  }),
  stall: objectOf<FaultOf<'stall'>>({
    kind: kind('stall'),
    at,
    lasts: key(duration, 5_000, 'how long it lasts in ms'),
    share: key(share, 0.1, 'share of the open links that deliver nothing for a while'),
  }),
  reset: objectOf<FaultOf<'reset'>>({
    kind: kind('reset'),
    at,
    share: key(share, 0.1, 'share of the open links that break'),
  }),
  join: objectOf<FaultOf<'join'>>({
    kind: kind('join'),
    at,
    lasts,
    count: key(count(1, NODES_MAX), 10, 'further nodes that join within that time'),
  }),
});

export const adversary = objectOf<AdversaryPlan>(
  {
    role: needed(wordOf(Object.keys(ADVERSARY_ROLES) as AdversaryRole[]), 'what it does'),
    share: optional(share, 'share of all nodes; or count'),
    count: optional(count(1, NODES_MAX), 'how many; or share'),
    at: optional(millis, 'misbehaves from so many ms after the warm-up; missing: always'),
    netgroups: key(
      orNull(count(1, HOSTILE_NETGROUPS_MAX)),
      null,
      'how many /16 networks they are in; null: those of the others',
    ),
    rate: key(
      numberIn({ min: 0.01, max: 10_000 }),
      10,
      'how often a second each does what it does at a rate',
    ),
  },
  { schema: { oneOf: [{ required: ['share'] }, { required: ['count'] }] } },
);
