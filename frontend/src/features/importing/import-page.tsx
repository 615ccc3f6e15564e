'use client';

import { type Import, type ImportFile, Problem, routes } from '@cowrite/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { call } from '../../shared/api/call.ts';
import { problemText } from '../../shared/api/problem-text.ts';
import { countText } from '../../shared/i18n/numbers.ts';
import { useLocale, useWords, wordsOf } from '../../shared/i18n/words.tsx';
import { sceneOf } from '../../shared/project/display.ts';
import { takeHeldFiles } from '../../shared/project/held-files.ts';
import { goTo } from '../../shared/project/place.ts';
import { useProject } from '../../shared/project/project.tsx';
import { Button } from '../../shared/ui/button.tsx';
import { useNotify } from '../../shared/ui/notices.tsx';
import { PlainPage, Section } from '../../shared/ui/plain-page.tsx';
import { EmptyState } from '../../shared/ui/state.tsx';
import { TextField } from '../../shared/ui/text-field.tsx';
import { lastImportOf, rememberImport } from './last-import.ts';
import { type Draft, kindChanged, lengthsOfSections, mergedWithPrevious, renamed, toSend, without } from './sections.ts';

const words = wordsOf({
  ko: {
    title: '원고 가져오기',
    text: 'TXT나 MD 파일을 놓으면 회차로 나누어 미리 보여 드립니다. 가져온 뒤에도 되돌릴 수 있습니다.',
    drop: '여기에 파일을 놓거나',
    choose: '파일 고르기',
    paste: '글을 붙여넣어 가져오기',
    pasteField: '붙여넣을 글',
    pasteRead: '이 글 읽기',
    pastedName: '붙여넣은 글.txt',
    limit: '한 파일에 50MB까지, 여러 파일도 됩니다.',
    reading: (name: string, at: number, of: number) => `읽는 중 ${at}/${of} · ${name}`,
    encoding: (name: string) => `${name}로 읽음`,
    composed: '풀어 쓴 한글을 모음',
    numbered: '번호가 붙은 제목으로 나눔',
    heading: '제목 줄로 나눔',
    'blank-lines': '빈 줄로 나눔',
    whole: '나누지 않음',
    length: (count: string) => `${count}자`,
    chapters: (count: string) => `${count}회차`,
    sectionTitle: (at: number) => `${at}번째 제목`,
    merge: '앞과 합치기',
    exclude: '빼기',
    asPart: '부로',
    asChapter: '회차로',
    part: '부',
    apply: (count: string) => `${count}개 가져오기`,
    applying: '가져오는 중…',
    startOver: '처음부터',
    done: (count: string) => `${count}개를 차례에 넣었습니다.`,
    see: '첫 회차 보기',
    undo: '가져오기 되돌리기',
    undone: '되돌렸습니다. 가져온 것은 휴지통에 있습니다.',
    last: '지난번에 가져온 것',
    noRight: '글을 쓸 수 있는 사람만 가져올 수 있습니다.',
    preview: '이렇게 나뉩니다',
  },
  en: {
    title: 'Import a manuscript',
    text: 'Drop TXT or MD files to see how they divide into episodes. It can be undone afterwards.',
    drop: 'Drop files here, or',
    choose: 'Choose files',
    paste: 'Import pasted text',
    pasteField: 'Text to import',
    pasteRead: 'Read this text',
    pastedName: 'pasted.txt',
    limit: 'Up to 50 MB a file; several at once are fine.',
    reading: (name, at, of) => `Reading ${at}/${of} · ${name}`,
    encoding: (name) => `read as ${name}`,
    composed: 'decomposed Hangul composed',
    numbered: 'divided at numbered headings',
    heading: 'divided at headings',
    'blank-lines': 'divided at blank lines',
    whole: 'not divided',
    length: (count) => `${count} characters`,
    chapters: (count) => `${count} episodes`,
    sectionTitle: (at) => `Title ${at}`,
    merge: 'Join to the one before',
    exclude: 'Leave out',
    asPart: 'As a part',
    asChapter: 'As an episode',
    part: 'part',
    apply: (count) => `Import ${count}`,
    applying: 'Importing…',
    startOver: 'Start over',
    done: (count) => `${count} put into the outline.`,
    see: 'See the first one',
    undo: 'Undo the import',
    undone: 'Undone. What was imported is in the trash.',
    last: 'Imported last time',
    noRight: 'Only those who may write can import.',
    preview: 'This is how it divides',
  },
});

const FILE_BYTES_MAX = 50 * 1024 * 1024;
const ENCODINGS: Record<ImportFile['encoding'], string> = { 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16', 'utf-16be': 'UTF-16', 'euc-kr': 'CP949(EUC-KR)' };

interface Preview {
  import: Import;
  drafts: ReadonlyMap<string, readonly Draft[]>;
}

/** Import: drop, look, change the division, bring it in, undo. */
export function ImportPage() {
  const t = useWords(words);
  const locale = useLocale();
  const notify = useNotify();
  const queries = useQueryClient();
  const { projectId, may, reread, view } = useProject();
  const [preview, setPreview] = useState<Preview | null>(null);
  const [progress, setProgress] = useState<string | null>(null);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [dragging, setDragging] = useState(false);
  const [pasted, setPasted] = useState('');
  const chooser = useRef<HTMLInputElement>(null);

  const read = useMutation({
    mutationFn: async (files: readonly File[]) => {
      const failed: string[] = [];
      const opened = await call(routes.imports.open, { projectId });
      for (const [index, file] of files.entries()) {
        setProgress(t.reading(file.name, index + 1, files.length));
        try {
          if (file.size > FILE_BYTES_MAX) throw new Problem('too-large', { limit: '50MB' });
          await call(routes.imports.addFile, { projectId, importId: opened.id, name: file.name.normalize('NFC'), bytes: new Uint8Array(await file.arrayBuffer()) });
        } catch (failure) {
          if (!(failure instanceof Problem)) throw failure;
          failed.push(`${file.name}: ${problemText(failure, locale)}`);
        }
      }
      setProblems(failed);
      return await call(routes.imports.read, { projectId, importId: opened.id });
    },
    onSuccess: (made) => setPreview(made.files.length > 0 ? { import: made, drafts: new Map(made.files.map((file) => [file.id, file.sections])) } : null),
    onError: (failure) => setProblems([problemText(failure, locale)]),
    onSettled: () => setProgress(null),
  });
  const apply = useMutation({
    mutationFn: async ({ import: made, drafts }: Preview) =>
      await call(routes.imports.apply, { projectId, importId: made.id, files: made.files.map((file) => ({ fileId: file.id, sections: toSend(drafts.get(file.id) ?? []) })).filter((file) => file.sections.length > 0) }),
    onSuccess: (_, { import: made }) => {
      rememberImport(projectId, made.id);
      return reread();
    },
    onError: (failure) => setProblems([problemText(failure, locale)]),
  });
  const undo = useMutation({
    mutationFn: (importId: string) => call(routes.imports.undo, { projectId, importId }),
    onSuccess: async () => {
      notify({ text: t.undone });
      setPreview(null);
      apply.reset();
      await Promise.all([reread(), queries.invalidateQueries({ queryKey: ['import', projectId] }), queries.invalidateQueries({ queryKey: ['trash', projectId] })]);
    },
    onError: (failure) => notify({ text: problemText(failure, locale), kind: 'bad' }),
  });
  // The way back stays open after one has left this page: the last import of this browser is asked for again.
  const lastId = preview ? null : lastImportOf(projectId);
  const last = useQuery({ queryKey: ['import', projectId, lastId], enabled: lastId !== null, staleTime: 0, networkMode: 'always', retry: false, queryFn: () => call(routes.imports.read, { projectId, importId: lastId! }) });
  const taken = last.data?.state === 'applied' ? last.data : null;
  const startOver = () => {
    setPreview(null);
    setProblems([]);
    apply.reset();
  };
  // Files that were dropped on the shelf are read at once; they are given only once, so a second run finds none.
  const { mutate: readFiles } = read;
  useEffect(() => {
    const files = takeHeldFiles(projectId);
    if (files.length > 0) readFiles(files);
  }, [projectId, readFiles]);
  const take = (files: FileList | null) => {
    setDragging(false);
    setProblems([]);
    if (files && files.length > 0) read.mutate([...files]);
  };

  if (!may('story.write')) return <EmptyState title={t.title} text={t.noRight} />;
  const total = preview ? [...preview.drafts.values()].reduce((sum, drafts) => sum + drafts.length, 0) : 0;
  const change = (fileId: string, act: (drafts: readonly Draft[]) => Draft[]) => setPreview((old) => old && { ...old, drafts: new Map(old.drafts).set(fileId, act(old.drafts.get(fileId) ?? [])) });

  return (
    <PlainPage title={t.title} text={t.text}>
      {problems.length > 0 && (
        <ul role="alert" className="m-0 mb-6 list-none rounded bg-bad-soft px-4 py-3 text-sm text-bad">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      {apply.isSuccess && preview ? (
        <div className="rounded-lg border border-line bg-surface p-6">
          <p role="status" className="m-0 text-base font-medium">
            {t.done(countText(total, locale))}
          </p>
          <div className="mt-4 flex flex-wrap gap-2">
            <Button
              look="primary"
              onClick={() => {
                const first = apply.data.nodeIds.map((id) => sceneOf(view, id)).find((scene) => scene !== undefined);
                goTo(projectId, first ? { kind: 'scene', nodeId: first.id } : { kind: 'front' });
              }}
            >
              {t.see}
            </Button>
            <Button disabled={undo.isPending} onClick={() => undo.mutate(preview.import.id)}>
              {t.undo}
            </Button>
          </div>
        </div>
      ) : preview ? (
        <>
          {preview.import.files.map((file) => (
            <FilePreview key={file.id} file={file} drafts={preview.drafts.get(file.id) ?? []} onChange={(act) => change(file.id, act)} />
          ))}
          <div className="sticky bottom-0 flex justify-end gap-2 border-t border-line bg-paper py-3">
            <Button look="quiet" disabled={apply.isPending} onClick={startOver}>
              {t.startOver}
            </Button>
            <Button look="primary" disabled={apply.isPending || total === 0} onClick={() => apply.mutate(preview)}>
              {apply.isPending ? t.applying : t.apply(countText(total, locale))}
            </Button>
          </div>
        </>
      ) : (
        <>
          <div
            onDragOver={(event) => {
              event.preventDefault();
              setDragging(true);
            }}
            onDragLeave={() => setDragging(false)}
            onDrop={(event) => {
              event.preventDefault();
              take(event.dataTransfer.files);
            }}
            className={`flex flex-col items-center gap-3 rounded-lg border-2 border-dashed px-6 py-14 text-center ${dragging ? 'border-accent bg-accent-soft' : 'border-line-2'}`}
          >
            <FileUp size={26} aria-hidden className="text-ink-3" />
            {progress ? (
              <p role="status" className="m-0 text-sm">
                {progress}
              </p>
            ) : (
              <>
                <p className="m-0 text-sm text-ink-2">{t.drop}</p>
                <Button look="primary" disabled={read.isPending} onClick={() => chooser.current?.click()}>
                  {t.choose}
                </Button>
                <p className="m-0 text-xs text-ink-2">{t.limit}</p>
              </>
            )}
            <input ref={chooser} type="file" multiple accept=".txt,.md,.markdown,text/plain,text/markdown" aria-label={t.choose} className="sr-only" tabIndex={-1} onChange={(event) => take(event.target.files)} />
          </div>
          <div className="mt-10">
            {taken && (
              <Section title={t.last}>
                <div className="flex flex-wrap items-center justify-between gap-2 border-y border-line py-2">
                  <span className="min-w-0 flex-1 truncate text-sm">{taken.files.map((file) => file.name).join(', ')}</span>
                  <Button disabled={undo.isPending} onClick={() => undo.mutate(taken.id)}>
                    {t.undo}
                  </Button>
                </div>
              </Section>
            )}
            <Section title={t.paste}>
              <label htmlFor="pasted" className="sr-only">
                {t.pasteField}
              </label>
              <textarea id="pasted" rows={6} value={pasted} onChange={(event) => setPasted(event.target.value)} className="w-full rounded border border-line-2 bg-surface px-3 py-2 font-serif text-base text-ink" />
              <Button className="mt-2" disabled={pasted.trim() === '' || read.isPending} onClick={() => read.mutate([new File([pasted], t.pastedName, { type: 'text/plain' })])}>
                {t.pasteRead}
              </Button>
            </Section>
          </div>
        </>
      )}
    </PlainPage>
  );
}

/** One file as the tree it will become. */
function FilePreview({ file, drafts, onChange }: { file: ImportFile; drafts: readonly Draft[]; onChange: (act: (drafts: readonly Draft[]) => Draft[]) => void }) {
  const t = useWords(words);
  const locale = useLocale();
  const facts = [
    t.encoding(ENCODINGS[file.encoding]),
    ...(file.composed ? [t.composed] : []),
    t[file.rule],
    t.chapters(countText(drafts.filter((draft) => draft.kind === 'chapter').length, locale)),
    t.length(countText(lengthsOfSections(drafts).withSpaces, locale)),
  ];
  const underPart = drafts.some((draft) => draft.kind === 'part');
  return (
    <Section title={file.name} text={facts.join(' · ')}>
      <ol aria-label={t.preview} className="m-0 list-none divide-y divide-line border-y border-line p-0">
        {drafts.map((draft, index) => (
          <li key={`${draft.from}`} className="flex flex-wrap items-center gap-2 py-1.5 [contain-intrinsic-size:auto_48px] [content-visibility:auto]" style={{ paddingLeft: underPart && draft.kind === 'chapter' ? 20 : 0 }}>
            <TextField label={t.sectionTitle(index + 1)} labelHidden value={draft.title} maxLength={200} onChange={(event) => onChange((all) => renamed(all, index, event.target.value))} className="min-w-40 flex-1" />
            <span className="min-w-20 text-right whitespace-nowrap text-xs text-ink-2 tabular-nums">{draft.kind === 'part' ? t.part : t.length(countText(draft.lengths.withSpaces, locale))}</span>
            <span className="flex">
              <Button look="quiet" className="px-2" onClick={() => onChange((all) => kindChanged(all, index))}>
                {draft.kind === 'part' ? t.asChapter : t.asPart}
              </Button>
              <Button look="quiet" className="px-2" disabled={index === 0} onClick={() => onChange((all) => mergedWithPrevious(all, index))}>
                {t.merge}
              </Button>
              <Button look="quiet" className="px-2" onClick={() => onChange((all) => without(all, index))}>
                {t.exclude}
              </Button>
            </span>
            {draft.firstLine && <span className="w-full truncate pl-3 font-serif text-xs text-ink-2">{draft.firstLine}</span>}
          </li>
        ))}
      </ol>
    </Section>
  );
}
