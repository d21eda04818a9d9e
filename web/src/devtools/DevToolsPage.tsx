import { Badge, Button, Group, Text, useComputedColorScheme } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import type { EditorView } from '@codemirror/view';
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';
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
  const [shown, setShown] = useState<{ title: string; answer: ConsoleAnswer } | null>(null);
  const requestBox = useRef<EditorView | null>(null);
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
  return (
    <div className={classes.page}>
      <Group className={classes.head} justify="space-between">
        <Text fw={600}>Console</Text>
        <Group gap="xs" className={classes.result}>
          {shown && <Result title={shown.title} answer={shown.answer} />}
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={14} />}
            onClick={() => requestBox.current && void send(requestBox.current)}
          >
            Send (Ctrl+Enter)
          </Button>
        </Group>
      </Group>
      <div className={classes.panes}>
        <RequestPane viewRef={requestBox} onSend={send} />
        <AnswerPane viewRef={answerBox} />
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

type ViewRef = RefObject<EditorView | null>;

function RequestPane({ viewRef, onSend }: { viewRef: ViewRef; onSend: (view: EditorView) => Promise<void> }) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (parent.current === null) return;
    viewRef.current = requestEditor({
      parent: parent.current,
      text: localStorage.getItem(STORAGE_KEY) ?? FIRST_TEXT,
      onSend: (editor) => void onSend(editor),
      onChange: (text) => localStorage.setItem(STORAGE_KEY, text),
    });
    return () => viewRef.current?.destroy();
  }, [viewRef, onSend]);
  useColours(viewRef);
  return <div className={classes.pane} ref={parent} />;
}

function AnswerPane({ viewRef }: { viewRef: ViewRef }) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (parent.current === null) return;
    viewRef.current = answerView(parent.current);
    return () => viewRef.current?.destroy();
  }, [viewRef]);
  useColours(viewRef);
  return <div className={classes.pane} ref={parent} />;
}

/** Keeps an editor light or dark with the page. */
function useColours(viewRef: ViewRef): void {
  const dark = useComputedColorScheme('light') === 'dark';
  useEffect(() => {
    viewRef.current?.dispatch({ effects: colours.reconfigure(colourScheme(dark)) });
  }, [viewRef, dark]);
}

function show(view: EditorView | null, text: string): void {
  view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, scrollIntoView: true });
}
