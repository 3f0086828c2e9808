/**
 * The names of the roles an adversary can play, and what each does once its moment has come.
 */
export const ADVERSARY_ROLES = {
  dropper: 'takes part in everything, but passes nothing on',
  truncator: 'passes everything on with a TTL of 1, so that it ends at the next node',
  squatter: 'answers every new message with junk under the same id, faster than the message',
  flooder: 'announces junk that subscribers refuse, at a high rate',
  spammer: 'announces well-formed nonsense that subscribers accept, at a high rate',
  poisoner: 'offers addresses where nobody listens, or only adversaries',
  hog: 'opens as many connections as it can, and holds them without finishing or using them',
  sleeper: 'behaves until its moment, then falls silent on all links without closing them',
  liar: 'names every message at once to everybody, and gives it to nobody',
  forger: 'does so with a false type, size or age, and claims to have every message (524)',
  inventor: 'names messages that do not exist (522), at a high rate',
  puller: 'asks for everything again and again (523), at a high rate',
  flapper: 'changes its interests (521), and what it wants pushed, at a high rate',
  comparer: 'begins comparisons that cost the most (527), at a high rate',
  babbler: 'greets in contradictory ways (520), and again at a rate',
} as const satisfies Readonly<Record<string, string>>;

export type AdversaryRole = keyof typeof ADVERSARY_ROLES;
