/** State by shape, beside the words that say it; never by colour alone. */

export function Tick() {
  return (
    <svg className="mark mark-tick" viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="22" />
      <path d="M14 25l7 7 14-15" />
    </svg>
  );
}

export function Attention() {
  return (
    <svg className="mark mark-attention" viewBox="0 0 48 48" aria-hidden="true">
      <path className="mark-shape" d="M24 5.5 45 42H3z" />
      <path d="M24 19v11M24 35.4v.6" />
    </svg>
  );
}

/** Neither good nor bad: something is being waited for. */
export function Pending() {
  return (
    <svg className="mark mark-pending" viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="21" />
      <path d="M24 12v12l8 6" />
    </svg>
  );
}

export function Closed() {
  return (
    <svg className="mark mark-closed" viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="21" />
      <path d="M14 24h20" />
    </svg>
  );
}

/** Three dots that take turns; still under reduced motion. */
export function Dots() {
  return (
    <span className="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
