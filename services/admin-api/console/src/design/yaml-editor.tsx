import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Text } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { type ReactNode, useEffect, useRef } from 'react';
import type { DocumentProblem } from '../api/types.ts';

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--info)' },
  { tag: [tags.string, tags.content], color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.literal], color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.bracket, tags.meta], color: 'var(--text-3)' },
]);

const LOOK = EditorView.theme({
  '&': { fontSize: '12.5px', color: 'var(--text)', backgroundColor: 'var(--surface)', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-gutters': { backgroundColor: 'var(--surface-2)', color: 'var(--text-3)', border: '0' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 24%, transparent) !important',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
    maxWidth: '520px',
  },
  '.cm-diagnostic': { fontFamily: 'var(--font)', padding: '6px 10px' },
});

/**
 * An editor of YAML with the problems marked where they stand. It stands in a shadow root, where its style sheets may be made by script without
 * loosening the page's policy. Tab leaves it after Escape.
 */
export function YamlEditor({
  label,
  value,
  problems,
  onChange,
  height = 440,
}: {
  label: string;
  value: string;
  problems: readonly DocumentProblem[];
  onChange: (text: string) => void;
  height?: number;
}): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(undefined);
  const tell = useRef(onChange);
  tell.current = onChange;
  const begin = useRef(value);
  begin.current = value;
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({ doc: begin.current, extensions: extensionsOf(label, (text) => tell.current(text)) }),
    });
    editor.current = view;
    return () => view.destroy();
  }, [label]);
  useEffect(() => {
    const view = editor.current;
    if (view === undefined || view.state.doc.toString() === value) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    const view = editor.current;
    if (view === undefined) return;
    view.dispatch(
      setDiagnostics(
        view.state,
        problems.map((problem) => diagnosticOf(problem, view.state.doc)),
      ),
    );
  }, [problems]);
  return <div ref={host} className="editor" style={{ height }} />;
}

function extensionsOf(label: string, onChange: (text: string) => void) {
  return [
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    yaml(),
    syntaxHighlighting(COLOURS),
    LOOK,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
  ];
}

function diagnosticOf({ line = 1, column = 1, message, remedy }: DocumentProblem, text: Text): Diagnostic {
  const at = text.line(Math.min(Math.max(1, line), text.lines));
  const from = Math.min(at.from + column - 1, at.to);
  return { from, to: at.to, severity: 'error', message: remedy === '' ? message : `${message}\n${remedy}` };
}
