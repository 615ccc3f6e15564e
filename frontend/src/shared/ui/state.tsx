'use client';

import { Button } from './button.tsx';

/** A whole area that has nothing to show, or failed: what it is, what to do. */
export function EmptyState({ title, text, children }: { title: string; text?: string; children?: React.ReactNode }) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-16 text-center">
      <h2 className="m-0 font-serif text-lg font-medium">{title}</h2>
      {text && <p className="m-0 text-sm text-ink-2">{text}</p>}
      {children && <div className="mt-2 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}

/** A failure of an area with the way on. */
export function FailedState({ text, retryName, onRetry }: { text: string; retryName: string; onRetry: () => void }) {
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-16 text-center">
      <p className="m-0 text-sm text-ink">{text}</p>
      <Button onClick={onRetry}>{retryName}</Button>
    </div>
  );
}

/** Grey lines in place of what is coming; they appear after 150 ms. */
export function Skeleton({ lines = 3, className }: { lines?: number; className?: string }) {
  return (
    <div aria-hidden className={className}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="skeleton mb-3 h-4" style={{ width: `${[92, 78, 85, 60][index % 4]}%` }} />
      ))}
    </div>
  );
}
