/** Pure arithmetic of charts. */

export type Values = readonly (number | null)[];

/** Each series on top of those before it. A gap counts as nothing, so that what stands above does not fall. */
export function stack(series: readonly Values[]): number[][] {
  const length = Math.max(0, ...series.map((values) => values.length));
  const below = new Array<number>(length).fill(0);
  return series.map((values) =>
    below.map((sum, index) => {
      below[index] = sum + (values[index] ?? 0);
      return below[index];
    }),
  );
}

/** The sum of a series, for legends. */
export function total(values: Values): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** Where a value stands alone between gaps: no line leads there. */
export function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const found: number[] = [];
  for (let at = 0; at < values.length; at++) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) found.push(at);
  }
  return found;
}

/** Where the largest value is; undefined when there is none above zero. */
export function peak(values: Values): number | undefined {
  let best: number | undefined;
  values.forEach((value, at) => {
    if ((value ?? 0) > (best === undefined ? 0 : (values[best] ?? 0))) best = at;
  });
  return best;
}
