/**
 * Runs a scenario in small steps, so that whoever drives it can show progress and stop in between:
 *
 *     const run = new ScenarioRun(parseScenario(json));
 *     while (run.step());
 *     run.result().reach;
 *
 * The network forms, is measured under its workload and faults, and has to become whole again in the end.
 * What happens depends on the scenario alone, never on how it is driven.
 */
import type { Instant, Millis } from '../../core/settings.ts';
import type { CoreFactory, StepReport } from '../world.ts';
import { Announcer } from './announcer.ts';
import { workloadEnd } from './consistency.ts';
import { endOf, scheduleFaults } from './fault-schedule.ts';
import { LivenessPhase } from './liveness-phase.ts';
import type { ScenarioResult } from './result.ts';
import { resultOf } from './result-of.ts';
import type { Scenario } from './scenario.ts';
import { ScenarioNetwork } from './scenario-network.ts';
import { isSettled, survey } from './survey.ts';
import { Timeline } from './timeline.ts';
import { Traffic, type TrafficFigures } from './traffic.ts';

export interface Progress {
  readonly phase: 'warm-up' | 'measuring' | 'healing' | 'done';
  /** Of this phase, 0 … 1. It may end early. */
  readonly fraction: number;
  /** Virtual time since the beginning. */
  readonly virtualMs: Millis;
}

export interface ScenarioRunOptions {
  /** Called after every step of every node, as in `SimulationOptions`. */
  readonly onStep?: (step: StepReport) => void;
  /** What honest nodes run instead of the real core. */
  readonly core?: CoreFactory;
}

/** Bounds of one step: nodes added, or events fired; each of them takes some ten microseconds. */
const NODES_PER_STEP = 2_000;
const EVENTS_PER_STEP = 5_000;
const SECOND: Millis = 1_000;

export class ScenarioRun {
  readonly scenario: Scenario;
  readonly #network: ScenarioNetwork;
  readonly #announcer: Announcer;
  #phase: Progress['phase'] = 'warm-up';
  #isBuilt = false;
  /** When this phase began and when it ends at the latest. */
  #began: Instant = 0;
  #ends: Instant;
  /** The second on the way to which the last step has stopped. */
  #stop: Instant | undefined;
  #timeline: Timeline | undefined;
  #traffic: Traffic | undefined;
  /** The traffic of the whole measurement, once that is over. */
  #measured: TrafficFigures | undefined;
  #liveness: LivenessPhase | undefined;
  #failure: unknown;

  constructor(scenario: Scenario, options: ScenarioRunOptions = {}) {
    this.scenario = scenario;
    this.#network = new ScenarioNetwork(scenario, options);
    this.#announcer = new Announcer(this.#network, (announcement, reach) =>
      this.#timeline?.onSettled(announcement, reach),
    );
    this.#ends = scenario.warmUp.within;
  }

  get progress(): Progress {
    const { now } = this.#network.simulation;
    if (this.#phase === 'done') return { phase: 'done', fraction: 1, virtualMs: now };
    const fraction = Math.min(1, (now - this.#began) / Math.max(1, this.#ends - this.#began));
    return { phase: this.#phase, fraction, virtualMs: now };
  }

  /**
   * Does a bounded piece of work; false when all is done. Throws `SimulationFailure` if a node breaks a
   * promise, or if the network is not whole again in time; after that every further call throws the same.
   */
  step(): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#advance();
    } catch (failure) {
      this.#failure = failure;
      throw failure;
    }
    return this.#phase !== 'done';
  }

  /** What was measured so far; partial until `step` has said that all is done. */
  result(): ScenarioResult {
    return resultOf({
      network: this.#network,
      measures: this.#announcer.measuresSoFar(),
      timeline: this.#timeline,
      traffic: this.#measured ?? this.#traffic?.figures(),
      probes: this.#phase === 'done' ? (this.#liveness?.probes ?? null) : null,
      isPartial: this.#phase !== 'done',
    });
  }

  #advance(): void {
    switch (this.#phase) {
      case 'warm-up':
        return this.#warmUp();
      case 'measuring':
        return this.#measure();
      case 'healing':
        return this.#heal();
      case 'done':
    }
  }

  #warmUp(): void {
    if (!this.#isBuilt) {
      this.#isBuilt = !this.#network.build(NODES_PER_STEP);
      return;
    }
    if (!this.#runToNextSecond()) return;
    const hasFormed = isSettled(this.#network) && survey(this.#network).components <= 1;
    if (hasFormed || this.#network.simulation.now >= this.#ends) this.#beginMeasuring();
  }

  #beginMeasuring(): void {
    const { workload, faults } = this.scenario;
    const faultsEnd = faults.length === 0 ? undefined : Math.max(...faults.map(endOf));
    // A millisecond more, so that what the last fault has done is seen.
    const duration = Math.max(workloadEnd(workload), (faultsEnd ?? 0) + 1);
    this.#enter('measuring', duration);
    this.#network.beginMeasuring();
    this.#traffic = new Traffic(this.#network);
    this.#timeline = new Timeline(this.#network, duration, faultsEnd);
    scheduleFaults(this.#network);
    this.#announcer.start();
  }

  #measure(): void {
    if (!this.#runToNextSecond()) return;
    if (this.#network.simulation.now < this.#ends) return;
    this.#measured = this.#traffic!.figures();
    const { liveness } = this.scenario;
    if (liveness === null) return this.#enter('done', 0);
    this.#enter('healing', liveness.within);
    this.#liveness = new LivenessPhase(this.#network, liveness.within);
  }

  #heal(): void {
    if (!this.#runToNextSecond()) return;
    if (this.#liveness!.isDone()) this.#enter('done', 0);
  }

  #enter(phase: Progress['phase'], lasts: Millis): void {
    this.#phase = phase;
    this.#began = this.#network.simulation.now;
    this.#ends = this.#began + lasts;
  }

  #nextSecond(): Instant {
    const { now } = this.#network.simulation;
    const elapsed = now - this.#began;
    return Math.min(this.#ends, this.#began + SECOND * (Math.floor(elapsed / SECOND) + 1));
  }

  /** Lets time pass until the next second, or until enough has been done for one step; whether it got there. */
  #runToNextSecond(): boolean {
    this.#stop ??= this.#nextSecond();
    const { simulation } = this.#network;
    const isThere = simulation.run({
      for: this.#stop - simulation.now,
      eventsMax: EVENTS_PER_STEP,
    });
    if (isThere) this.#stop = undefined;
    return isThere;
  }
}
