import classes from '@/gallery/gallery.module.css';
import { sheet } from '@/gallery/story';
import { JsonView, PlainText } from './JsonView';

const json = (text: string, mark: string[] = []) => () => (
  <div className={classes.wide}>
    <JsonView text={text} mark={mark} />
  </div>
);

export default [
  sheet('JSON', {
    'a record': json('{"uuid":"56YE2TYN","action":"reveal","ok":true,"tries":3,"none":null,"actor":{"name":"Ana Ruiz","email":"ana@example.test"},"list":[1,2.5,-3e10]}', ['reveal']),
    'numbers as they came': json('[9007199254740993, 1.0, 0.1e-7]'),
    'right to left, emoji, script': json('{"name":"خزنة كلمات المرور","emoji":"👩‍👩‍👧‍👦 🔐","script":"<script>alert(1)</script>","lines":"one\\ntwo"}'),
    'a long text': json(JSON.stringify({ text: 'a long sentence that never ends, '.repeat(60), word: 'W'.repeat(500) })),
    'a long list': json(JSON.stringify({ list: Array.from({ length: 250 }, (_, n) => n) })),
    'eighty levels': json(`${'['.repeat(80)}${']'.repeat(80)}`),
    'nothing in it': json('{"object":{},"list":[],"text":""}'),
    'no JSON': json('<html><body>Bad Gateway</body></html>', ['Bad']),
    'a text by itself': () => (
      <div className={classes.wide}>
        <PlainText text={'upstream connect error or disconnect/reset before headers\n'.repeat(4)} />
      </div>
    ),
    'a text of a hundred thousand characters': () => (
      <div className={classes.narrow}>
        <PlainText text={'x'.repeat(100_000).replace(/(.{60})/g, '$1\n').slice(0, 1200).padEnd(100_000, ' ')} />
      </div>
    ),
  }),
];
