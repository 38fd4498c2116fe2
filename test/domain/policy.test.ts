import { promises } from '../../domain/obligation.ts';
import { policy, proofs } from '../../domain/policy.ts';

test('the policy has seventeen clauses, in their order', () => {
  expect(policy.map(({ clause }) => clause)).toEqual(Array.from({ length: 17 }, (_, index) => `P${index + 1}`));
});

test.each(Object.keys(promises).filter((kind) => kind !== 'breach.drill'))('%s proves one promise of the policy', (kind) => {
  const proved = proofs.filter((proof) => proof.kind === kind);
  expect(proved).toHaveLength(1);
  expect(policy.map(({ clause }) => clause)).toContain(proved[0]?.clause);
});

test('a drill proves none', () => {
  expect(proofs.map(({ kind }) => kind)).not.toContain('breach.drill');
});

test.each(policy)('$clause has a clock, or says what keeps it without', ({ clause, without }) => {
  expect(proofs.some((proof) => proof.clause === clause)).toBe(without === undefined);
});
