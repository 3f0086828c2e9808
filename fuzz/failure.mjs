/**
 * What a target throws when the code under test breaks a rule. Anything else that it throws is a finding too:
 * nothing that a stranger sends may raise an exception.
 */

export class FuzzFailure extends Error {
  name = 'FuzzFailure';

  /**
   * @param {string} rule A short stable name; minimising keeps an input only while it breaks the same rule.
   * @param {string} message One sentence: what happened and what would have been right.
   */
  constructor(rule, message) {
    super(message);
    this.rule = rule;
  }
}

/** Throws unless `condition` holds. `message` is called only then, so that it may be costly. */
export function must(condition, rule, message) {
  if (!condition) throw new FuzzFailure(rule, message());
}

/** The rule that an execution broke, whatever it threw: numbers in a message do not tell findings apart. */
export function ruleOf(error) {
  if (error instanceof FuzzFailure) return error.rule;
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  return `${error.name}: ${error.message.replaceAll(/\d+/g, 'N')}`;
}

/** The lines that a run writes to its trace; they end where it fails. */
export function traceOf(run) {
  const trace = [];
  try {
    run(trace);
  } catch {
    // What went wrong is told elsewhere.
  }
  return trace;
}
