const steps = ['File', 'Columns', 'Result'] as const;

/** Where one is among the three screens of an import. */
export function ImportSteps({ at }: { at: number }) {
  return (
    <ol className="stages" aria-label="Steps of the import">
      {steps.map((step, index) => (
        <li key={step} aria-current={index === at ? 'step' : undefined}>
          {step}
        </li>
      ))}
    </ol>
  );
}
