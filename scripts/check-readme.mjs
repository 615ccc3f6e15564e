// README.md and README.ko.md are one page in two languages: as many headings of each level in the same order, the same
// code blocks and the same pictures and links into the repository. What they link to exists.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const shapeOf = (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, body]) => `${language}\n${body.replace(/\s*#.*$/gm, '')}`);
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return {
    headings: [...prose.matchAll(/^(#+) /gm)].map(([, marks]) => marks.length),
    blocks,
    links: [...prose.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target).filter((target) => !/^https?:/.test(target) && !/^README(\.ko)?\.md$/.test(target)),
  };
};

const wrong = [];
const [english, korean] = [shapeOf('README.md'), shapeOf('README.ko.md')];
for (const part of ['headings', 'blocks', 'links']) {
  if (JSON.stringify(english[part]) !== JSON.stringify(korean[part])) wrong.push(`${part} differ:\n  README.md    ${JSON.stringify(english[part])}\n  README.ko.md ${JSON.stringify(korean[part])}`);
}
for (const target of new Set([...english.links, ...korean.links])) if (!existsSync(join(root, target))) wrong.push(`the READMEs link to ${target}, which is not there`);
if (wrong.length > 0) {
  process.stderr.write(`${wrong.join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(`${english.headings.length} headings, ${english.blocks.length} code blocks\n`);
