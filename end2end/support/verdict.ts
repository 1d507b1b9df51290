// The last line of a run: how many tests passed, how many did not.
import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

export default class Verdict implements Reporter {
  private readonly counts = { passed: 0, failed: 0, skipped: 0 };
  private readonly started = Date.now();

  onTestEnd(_test: TestCase, result: TestResult): void {
    if (result.status === 'passed') this.counts.passed += 1;
    else if (result.status === 'skipped') this.counts.skipped += 1;
    else this.counts.failed += 1;
  }

  onEnd(result: FullResult): void {
    const { passed, failed, skipped } = this.counts;
    const seconds = Math.round((Date.now() - this.started) / 1000);
    console.log(`\nbrowser tests ${result.status}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
  }
}
