const whole = new Intl.NumberFormat('en');

/** `1,234 people`, `1 person`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

export function Count({ of }: { of: number }) {
  return <span className="tabular">{whole.format(of)}</span>;
}
