'use client';

/** The quiet page around signing in, joining and invitations. */
export function EntryPage({ title, text, children, foot }: { title: string; text?: string; children: React.ReactNode; foot?: React.ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col items-center px-5 py-6">
      <header className="self-start">
        <a href="/" className="inline-flex min-h-11 items-center font-serif text-lg font-semibold text-ink no-underline">
          Cowrite
        </a>
      </header>
      <main className="my-auto w-full max-w-[380px] py-8">
        <h1 className="m-0 font-serif text-xl font-semibold">{title}</h1>
        {text && <p className="mt-2 mb-0 text-sm text-ink-2">{text}</p>}
        <div className="mt-7">{children}</div>
        {foot && <div className="mt-6 border-t border-line pt-5 text-sm text-ink-2">{foot}</div>}
      </main>
    </div>
  );
}
