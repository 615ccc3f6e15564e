/** What a file of text is, for the programs that open it. */
const KINDS = { txt: 'text/plain', csv: 'text/csv' } as const;

/** Gives the person `text` as a file; a BOM tells old Windows programs that it is UTF-8. */
export function downloadText(name: string, text: string, kind: keyof typeof KINDS = 'txt'): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['\ufeff', text], { type: `${KINDS[kind]};charset=utf-8` }));
  link.download = `${name.replace(/[\\/:*?"<>|\u0000-\u001f]/g, ' ').trim() || 'cowrite'}.${kind}`;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has taken the address over by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
