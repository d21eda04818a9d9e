import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  defaultHighlightStyle,
  foldGutter,
  foldKeymap,
  syntaxHighlighting,
} from '@codemirror/language';
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state';
import { darkHighlightStyle } from './highlight';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { SUGGESTIONS } from './requests';

/** Holds what depends on light or dark; empty until it is known. */
export const colours = new Compartment();

/** Colours for light or dark. */
export function colourScheme(dark: boolean): Extension {
  return [
    EditorView.theme({}, { dark }),
    syntaxHighlighting(dark ? darkHighlightStyle : defaultHighlightStyle),
  ];
}

const LOOK = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'transparent' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)' },
  '.cm-gutters': { backgroundColor: 'transparent', border: 'none', color: 'var(--mantine-color-dimmed)' },
  '&.cm-focused': { outline: 'none' },
});

function common(): Extension[] {
  return [
    EditorView.cspNonce.of(document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? ''),
    lineNumbers(),
    foldGutter(),
    drawSelection(),
    bracketMatching(),
    EditorView.lineWrapping,
    json(),
    colours.of([]),
    LOOK,
  ];
}

/** The editor of requests; `onSend` gets the line of the cursor, `onChange` the whole text. */
export function requestEditor(options: {
  parent: HTMLElement;
  text: string;
  onSend: (view: EditorView) => void;
  onChange: (text: string) => void;
}): EditorView {
  const send = Prec.highest(
    keymap.of([
      {
        key: 'Mod-Enter',
        run: (view) => {
          options.onSend(view);
          return true;
        },
      },
    ]),
  );
  const extensions = [
    send,
    history(),
    keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, indentWithTab]),
    autocompletion({ override: [complete] }),
    EditorView.contentAttributes.of({ 'aria-label': 'Requests' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onChange(update.state.doc.toString());
    }),
    ...common(),
  ];
  const state = EditorState.create({ doc: options.text, extensions });
  return new EditorView({ parent: options.parent, state });
}

/** Shows an answer; it can be selected and folded, not changed. */
export function answerView(parent: HTMLElement): EditorView {
  const extensions = [
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ 'aria-label': 'Answer' }),
    keymap.of([...defaultKeymap, ...foldKeymap]),
    ...common(),
  ];
  return new EditorView({ parent, state: EditorState.create({ extensions }) });
}

function complete(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (!/^\s*[A-Za-z]/.test(before) && !context.explicit) return null;
  if (/^\s*["{}[\]]/.test(before)) return null;
  return {
    from: line.from,
    options: SUGGESTIONS.map(({ label, text }) => ({ label, apply: text })),
    validFor: /^[\w\s/*?-]*$/,
  };
}
