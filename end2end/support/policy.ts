// What Google's evaluator says of a content security policy.
import { CspEvaluator } from 'csp_evaluator/dist/evaluator.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import { type Finding, Type } from 'csp_evaluator/dist/finding.js';

/** What is weak about it. */
export function weaknesses(policy: string): string[] {
  if (policy === '') return ['there is none'];
  const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
  return findings.filter((finding) => !isFine(finding)).map(({ directive, value, description }) => `${directive} ${value ?? ''}: ${description}`);
}

/** Scripts of one's own are a hole where a host has JSONP, AngularJS or uploaded files. This one has none of them: pictures are drawn
 * anew and served as pictures. The page of the REST documentation and the worker have it; all others have nonces. */
function isFine({ type, value }: Finding): boolean {
  return type === Type.SCRIPT_ALLOWLIST_BYPASS && value === "'self'";
}
