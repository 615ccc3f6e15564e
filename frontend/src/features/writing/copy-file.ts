/** Gives the person `text` as a .txt file; a BOM tells old Windows programs that it is UTF-8. */
export function downloadText(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/plain;charset=utf-8' }));
  link.download = `${name.replace(/[\\/:*?"<>|\u0000-\u001f]/g, ' ').trim() || 'cowrite'}.txt`;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has taken the address over by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
