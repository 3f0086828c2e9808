import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../../src/cli/simulate/report/page.ts';
import { summarize } from '../../../../src/sim/scenario/summarize.ts';
import { sampleResult, type SampleOptions } from './sample-result.ts';

const RUN = {
  wallMs: 1_000,
  cpuMs: 900,
  arrivalsPerCpuSecond: 300_000,
  peakRssBytes: 200_000_000,
  node: 'v20',
  platform: 'linux-x64',
};

function report(...options: readonly SampleOptions[]): string {
  const summary = summarize(options.map((one) => sampleResult(one)));
  return renderReport({ summary, run: RUN, command: 'hearsay simulate sample --seed 1' });
}

/** The texts of all elements of a name. */
function elements(page: string, name: string): string[] {
  const found = page.matchAll(new RegExp(`<${name}(?: [^>]*)?>([\\s\\S]*?)</${name}>`, 'g'));
  return [...found].map(([, text]) => text!);
}

describe('the report', () => {
  const page = report({});

  it('asks for nothing from anywhere', () => {
    const markup = page.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '');
    expect(markup).not.toMatch(/\s(src|href|srcset|action|data)=/);
    expect(elements(page, 'style').join('')).not.toMatch(/@import|url\(/);
  });

  it('forbids itself everything but its own two scripts and its style', () => {
    const [policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page)!.slice(1);
    const hash = (text: string): string =>
      `sha256-${createHash('sha256').update(text).digest('base64')}`;
    const [, ...scripts] = elements(page, 'script');
    expect(policy).toContain('default-src &#39;none&#39;');
    for (const text of [...scripts, ...elements(page, 'style')])
      expect(policy).toContain(hash(text));
  });

  it('has scripts that are scripts', () => {
    const [data, ...scripts] = elements(page, 'script');
    expect(scripts).toHaveLength(2);
    for (const text of scripts) expect(() => new Script(text)).not.toThrow();
    expect(Object.keys(JSON.parse(data!) as object)).toContain('reach-over-time');
  });

  it('closes every element it opens, in order', () => {
    expect(unclosed(page)).toEqual([]);
  });

  it('has words and a table for every picture', () => {
    const figures = elements(page, 'figure');
    expect(figures).toHaveLength(10);
    for (const figure of figures) {
      expect(figure).toMatch(/role="img"\s+aria-label="[^"]{20,}"/);
      expect(figure).toContain('<table>');
    }
  });

  it('shows every parameter and how to repeat the run', () => {
    expect(page).toContain('hearsay simulate sample --seed 1');
    for (const key of ['faults[1].kind', 'adversaries[0].role', 'workload.settleMs']) {
      expect(page).toContain(key);
    }
  });

  it('lets no text out of its place', () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror="alert(2)">'&`;
    const attacked = report({ scenario: { name: evil, description: evil } });
    expect(attacked).not.toContain('<script>alert');
    expect(attacked).not.toContain('<img');
    expect(unclosed(attacked)).toEqual([]);
  });

  it('puts several runs side by side', () => {
    const several = report({ seed: 1 }, { seed: 2 }, { seed: 3 });
    expect(several).toContain('The runs side by side');
    for (const seed of [1, 2, 3]) expect(several).toContain(`<th scope="col">seed ${seed}</th>`);
  });

  it('says that a run was interrupted', () => {
    const summary = summarize([{ ...sampleResult(), isPartial: true }]);
    expect(renderReport({ summary, run: RUN, command: '' })).toContain('Interrupted');
  });

  it('stands even if nothing was measured', () => {
    const none = { count: 0, mean: null, p50: null, p90: null, p99: null, max: null };
    const empty = sampleResult();
    const charts = {
      ...empty.charts,
      reachOverTime: [],
      latencyMs: [],
      lastNodeMs: [],
      hops: [],
      timeline: [],
    };
    const nothing = { reach: null, complete: null, copiesPerDelivery: null, healMs: null };
    const dists = { latencyMs: none, lastNodeMs: none, hops: none };
    const summary = summarize([
      { ...empty, ...nothing, ...dists, announcements: 0, deliveries: 0, charts },
    ]);
    expect(unclosed(renderReport({ summary, run: RUN, command: '' }))).toEqual([]);
  });
});

/** Elements that are not closed in order; scripts and styles are looked at as a whole. */
function unclosed(page: string): string[] {
  const empty = new Set(['meta', 'br', 'hr', 'img', 'input', 'link']);
  const markup = page.replaceAll(/<(script|style)(?: [^>]*)?>[\s\S]*?<\/\1>/g, '');
  const open: string[] = [];
  for (const [, slash, name] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^>]*)?>/g)) {
    if (empty.has(name!)) continue;
    if (slash === '') open.push(name!);
    else if (open.pop() !== name) return [`</${name}> closes something else`];
  }
  return open;
}
