'use client';

/** A page of the middle that is not the manuscript: a title and what belongs to it, in one readable column. */
export function PlainPage({ title, text, actions, children }: { title: string; text?: string; actions?: React.ReactNode; children: React.ReactNode }) {
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto w-full max-w-3xl px-5 pt-8 pb-24 md:px-8 md:pt-12">
        <div className="flex flex-wrap items-start justify-between gap-3">
          <div className="min-w-0">
            <h1 className="m-0 font-serif text-xl font-semibold">{title}</h1>
            {text && <p className="m-0 mt-1.5 max-w-xl text-sm whitespace-pre-line text-ink-2">{text}</p>}
          </div>
          {actions}
        </div>
        <div className="mt-8">{children}</div>
      </div>
    </div>
  );
}

/** One part of a plain page. */
export function Section({ title, text, children }: { title: string; text?: string; children: React.ReactNode }) {
  return (
    <section className="mb-10">
      <h2 className="m-0 mb-1 text-base font-semibold">{title}</h2>
      {text && <p className="m-0 mb-3 text-sm text-ink-2">{text}</p>}
      <div className="mt-3">{children}</div>
    </section>
  );
}
