/** Each policy has a shape as well as a colour, in the pictures and in the tables. */
const shapes = [
  'M0,-6 A6,6 0 1 1 0,6 A6,6 0 1 1 0,-6 Z',
  'M-5.5,-5.5 H5.5 V5.5 H-5.5 Z',
  'M0,-7 L6.5,5 H-6.5 Z',
  'M0,-7.5 L7.5,0 L0,7.5 L-7.5,0 Z',
  'M0,7 L6.5,-5 H-6.5 Z',
  'M-6.5,-2 H-2 V-6.5 H2 V-2 H6.5 V2 H2 V6.5 H-2 V2 H-6.5 Z',
] as const;

/** In the middle of its place; drawn within an svg. */
export function Mark({ index, x, y }: { readonly index: number; readonly x: number; readonly y: number }) {
  return (
    <path
      className="hs-mark"
      data-series={index % shapes.length}
      d={shapes[index % shapes.length]!}
      transform={`translate(${x} ${y})`}
    />
  );
}

export function Legend({ index, name }: { readonly index: number; readonly name: string }) {
  return (
    <span className="hs-legend">
      <svg viewBox="-8 -8 16 16" width="14" height="14" aria-hidden>
        <Mark index={index} x={0} y={0} />
      </svg>
      {name}
    </span>
  );
}
