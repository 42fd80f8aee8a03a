/** The mark: an eye that watches. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M6 16c3-5.200 6.300-7.500 10-7.500S23 10.800 26 16c-3 5.200-6.300 7.500-10 7.500S9 21.200 6 16Z"
        className="fill-none stroke-on-accent"
        strokeWidth="2.200"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="16" r="3.400" className="fill-on-accent" />
    </svg>
  );
}
