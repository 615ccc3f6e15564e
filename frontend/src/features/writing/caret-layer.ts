import type { Person } from '../../shared/live/live.ts';
import type { SceneView } from './scene-view.ts';

/** What is drawn for one person. */
interface Drawn {
  root: HTMLElement;
  caret: HTMLElement;
  marks: HTMLElement;
  proposal: HTMLElement;
  head: string;
  quiet: ReturnType<typeof setTimeout> | undefined;
}

/** A note is as wide as this at most (`.peer-proposal`). */
const PROPOSAL_PX = 320;
/** How long a name stands in full after its caret moved. */
const NAME_MS = 2_500;

/**
 * The carets and selections of others, drawn over the text and never inside it: a widget in the editable text would be
 * redrawn in the middle of somebody's syllable.
 */
export class CaretLayer {
  readonly #layer: HTMLElement;
  readonly #drawn = new Map<number, Drawn>();
  #people: readonly Person[] = [];
  #scene: SceneView | null = null;
  #frame = 0;
  readonly #resize: ResizeObserver;
  readonly #proposalLabel: (name: string) => string;
  readonly #followed: (person: Person, at: { top: number; bottom: number }) => void;

  constructor(layer: HTMLElement, { moved, proposalLabel }: { moved: (person: Person, at: { top: number; bottom: number }) => void; proposalLabel: (name: string) => string }) {
    this.#layer = layer;
    this.#proposalLabel = proposalLabel;
    this.#followed = moved;
    this.#resize = new ResizeObserver(() => this.redraw());
    this.#resize.observe(layer);
  }

  attach(scene: SceneView | null): void {
    this.#scene = scene;
    this.redraw();
  }

  show(people: readonly Person[]): void {
    this.#people = people;
    this.redraw();
  }

  /** Draws anew in the next frame. */
  redraw(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#resize.disconnect();
    for (const { root, quiet } of this.#drawn.values()) {
      clearTimeout(quiet);
      root.remove();
    }
    this.#drawn.clear();
  }

  #draw(): void {
    const scene = this.#scene;
    const shown = new Set<number>();
    if (scene && !scene.view.isDestroyed) {
      const origin = this.#layer.getBoundingClientRect();
      for (const person of this.#people) {
        const head = person.caret && scene.positionOf(person.caret.head);
        const proposal = person.proposal && scene.positionOf(person.proposal.at);
        if (head === null && proposal === null) continue;
        shown.add(person.clientId);
        const drawn = this.#drawn.get(person.clientId) ?? this.#make(person);
        drawn.caret.hidden = head === null;
        if (head === null) drawn.marks.replaceChildren();
        else this.#place(person, drawn, scene, head, scene.positionOf(person.caret!.anchor) ?? head, origin);
        drawn.proposal.hidden = proposal === null;
        if (proposal !== null) this.#propose(person, drawn.proposal, scene, proposal, origin);
      }
    }
    for (const [clientId, drawn] of this.#drawn) {
      if (shown.has(clientId)) continue;
      clearTimeout(drawn.quiet);
      drawn.root.remove();
      this.#drawn.delete(clientId);
    }
  }

  /** How what is proposed to somebody begins, under its place. It is theirs to take: here it is a note and not text. */
  #propose(person: Person, note: HTMLElement, scene: SceneView, position: number, origin: DOMRect): void {
    const at = scene.view.coordsAtPos(position);
    // A note at the end of a line begins so far left that it fits.
    const left = Math.max(0, Math.min(at.left - origin.left, origin.width - PROPOSAL_PX));
    note.style.transform = `translate(${left}px, ${at.bottom - origin.top + 2}px)`;
    note.textContent = `${this.#proposalLabel(person.name)} ${person.proposal!.text}`;
  }

  #place(person: Person, drawn: Drawn, scene: SceneView, head: number, anchor: number, origin: DOMRect): void {
    const at = scene.view.coordsAtPos(head);
    drawn.caret.style.transform = `translate(${at.left - origin.left}px, ${at.top - origin.top}px)`;
    drawn.caret.style.height = `${at.bottom - at.top}px`;
    const where = `${head}:${anchor}`;
    if (drawn.head !== where) {
      drawn.head = where;
      drawn.caret.dataset['awake'] = '';
      clearTimeout(drawn.quiet);
      drawn.quiet = setTimeout(() => delete drawn.caret.dataset['awake'], NAME_MS);
      this.#followed(person, { top: at.top, bottom: at.bottom });
    }
    drawn.marks.replaceChildren(...(anchor === head ? [] : this.#rects(scene, Math.min(anchor, head), Math.max(anchor, head), origin)));
  }

  #rects(scene: SceneView, from: number, to: number, origin: DOMRect): HTMLElement[] {
    const start = scene.view.domAtPos(from);
    const end = scene.view.domAtPos(to);
    const range = document.createRange();
    range.setStart(start.node, start.offset);
    range.setEnd(end.node, end.offset);
    return [...range.getClientRects()]
      .filter((rect) => rect.width > 0 && rect.height > 0 && rect.height < 200)
      .slice(0, 200)
      .map((rect) => {
        const mark = document.createElement('div');
        mark.className = 'absolute opacity-20 rounded-sm';
        mark.style.cssText = `left:${rect.left - origin.left}px;top:${rect.top - origin.top}px;width:${rect.width}px;height:${rect.height}px;background:currentcolor`;
        return mark;
      });
  }

  #make(person: Person): Drawn {
    const root = document.createElement('div');
    root.style.color = `var(--person-${person.colour})`;
    const marks = document.createElement('div');
    const caret = document.createElement('div');
    caret.className = 'peer-caret absolute left-0 top-0 w-0.5';
    caret.style.background = 'currentcolor';
    const flag = document.createElement('span');
    flag.className = 'peer-flag';
    flag.style.background = `var(--person-${person.colour})`;
    flag.textContent = person.name;
    caret.append(flag);
    const proposal = document.createElement('p');
    proposal.className = 'peer-proposal';
    proposal.hidden = true;
    root.append(marks, caret, proposal);
    this.#layer.append(root);
    const made: Drawn = { root, caret, marks, proposal, head: '', quiet: undefined };
    this.#drawn.set(person.clientId, made);
    return made;
  }
}
