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
} as const satisfies Readonly<Record<string, string>>;

export type AdversaryRole = keyof typeof ADVERSARY_ROLES;
