import { Badge, Button, Group, Text, useComputedColorScheme } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import type { EditorView } from '@codemirror/view';
import { useCallback, useEffect, useRef, useState } from 'react';
import { messageOf } from '../widgets/Failure';
import classes from './DevTools.module.css';
import { answerView, colours, colourScheme, requestEditor } from './editor';
import { requestAt } from './requests';
import { sendRequest, type ConsoleAnswer } from './send';

const STORAGE_KEY = 'kelp.devtools.text';
const FIRST_TEXT = `# Ctrl+Enter sends the request under the cursor
GET _cat/indices?v

GET logstash-*/_search
{
  "size": 5,
  "sort": [{ "@timestamp": "desc" }],
  "query": { "match_all": {} }
}
`;

/** Send requests to Elasticsearch by hand: an editor of requests, and the answer beside it. */
export function DevToolsPage() {
  const dark = useComputedColorScheme('light') === 'dark';
  const [shown, setShown] = useState<{ title: string; answer: ConsoleAnswer } | null>(null);
  const answerBox = useRef<EditorView | null>(null);
  const running = useRef<AbortController | null>(null);
  const send = useCallback(async (view: EditorView) => {
    const line = view.state.doc.lineAt(view.state.selection.main.head).number;
    const request = requestAt(view.state.doc.toString(), line);
    if (request === undefined) return;
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    let answer: ConsoleAnswer;
    try {
      answer = await sendRequest(request, controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return;
      answer = { status: 0, milliseconds: 0, text: messageOf(error) };
    }
    setShown({ title: `${request.method} ${request.path}`, answer });
    show(answerBox.current, answer.text);
  }, []);
  const requests = useEditor((parent) =>
    requestEditor({
      parent,
      dark,
      text: localStorage.getItem(STORAGE_KEY) ?? FIRST_TEXT,
      onSend: (view) => void send(view),
      onChange: (text) => localStorage.setItem(STORAGE_KEY, text),
    }),
  );
  const answers = useEditor((parent) => {
    const view = answerView(parent, dark);
    answerBox.current = view;
    return view;
  });
  useEffect(() => {
    for (const { view } of [requests, answers]) {
      view.current?.dispatch({ effects: colours.reconfigure(colourScheme(dark)) });
    }
  }, [dark, requests, answers]);
  return (
    <div className={classes.page}>
      <Group className={classes.head} justify="space-between">
        <Text fw={600}>Console</Text>
        <Group gap="xs" className={classes.result}>
          {shown && <Result title={shown.title} answer={shown.answer} />}
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={14} />}
            onClick={() => requests.view.current && void send(requests.view.current)}
          >
            Send (Ctrl+Enter)
          </Button>
        </Group>
      </Group>
      <div className={classes.panes}>
        <div className={classes.pane} ref={requests.parent} />
        <div className={classes.pane} ref={answers.parent} />
      </div>
    </div>
  );
}

function Result({ title, answer }: { title: string; answer: ConsoleAnswer }) {
  const good = answer.status >= 200 && answer.status < 300;
  return (
    <>
      <Text size="sm" c="dimmed" truncate>
        {title}
      </Text>
      <Badge color={good ? 'teal' : 'red'} variant="light" role="status">
        {answer.status === 0 ? 'no answer' : answer.status}
      </Badge>
      <Text size="sm" c="dimmed">
        {answer.milliseconds} ms
      </Text>
    </>
  );
}

interface Editor {
  parent: (element: HTMLDivElement | null) => (() => void) | undefined;
  view: { current: EditorView | null };
}

/** An editor that lives as long as its element. */
function useEditor(make: (parent: HTMLElement) => EditorView): Editor {
  const [editor] = useState<Editor>(() => {
    const view: Editor['view'] = { current: null };
    const parent: Editor['parent'] = (element) => {
      if (element === null) return undefined;
      view.current = make(element);
      return () => {
        view.current?.destroy();
        view.current = null;
      };
    };
    return { parent, view };
  });
  return editor;
}

function show(view: EditorView | null, text: string): void {
  view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, scrollIntoView: true });
}
