/**
 * How a command ends when it cannot do what it was asked to: one line on standard error and an exit code.
 * Anything else that is thrown is a defect of this program.
 */

/** 1: it was tried and failed. 2: wrong usage or configuration, nothing was tried. */
export type FailureExitCode = 1 | 2;

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: FailureExitCode;

  /** `message` is one line without the program's name. */
  constructor(exitCode: FailureExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
