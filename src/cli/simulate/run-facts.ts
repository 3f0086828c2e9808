/**
 * What a run took on this machine: the part of the output, under the key `run`, that differs when the same
 * is done again.
 */

export interface RunFacts {
  readonly wallMs: number;
  /** User and system time of the process. */
  readonly cpuMs: number;
  /** Message arrivals of any kind, warm-up included, per second of it; null if they were not counted. */
  readonly arrivalsPerCpuSecond: number | null;
  /** The most memory the process has had, ever. */
  readonly peakRssBytes: number;
  readonly node: string;
  readonly platform: string;
}

/** Begins to measure; the function that comes back says what it came to. */
export function startClock(): (arrivals?: number) => RunFacts {
  const start = performance.now();
  const cpu = process.cpuUsage();
  return (arrivals) => {
    const { user, system } = process.cpuUsage(cpu);
    const cpuMs = (user + system) / 1_000;
    return {
      wallMs: Math.round(performance.now() - start),
      cpuMs: Math.round(cpuMs),
      arrivalsPerCpuSecond: arrivals === undefined ? null : perSecond(arrivals, cpuMs),
      peakRssBytes: process.resourceUsage().maxRSS * 1_024,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    };
  };
}

function perSecond(count: number, ms: number): number | null {
  return ms === 0 ? null : Math.round((count * 1_000) / ms);
}
