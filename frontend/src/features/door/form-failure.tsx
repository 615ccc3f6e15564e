import { fieldProblem, problemText } from '../../shared/api/problem-text.ts';
import { useLocale } from '../../shared/i18n/words.tsx';

const NO_FIELDS: readonly string[] = [];

/** What went wrong with the whole form; what went wrong with a field stands beside it. */
export function FormFailure({ failure, fields = NO_FIELDS, hide }: { failure: unknown; fields?: readonly string[]; hide?: boolean }) {
  const locale = useLocale();
  if (failure === null || hide || fields.some((field) => fieldProblem(failure, field, locale))) return null;
  return (
    <p role="alert" className="m-0 rounded bg-bad-soft px-3 py-2 text-sm text-bad">
      {problemText(failure, locale)}
    </p>
  );
}
