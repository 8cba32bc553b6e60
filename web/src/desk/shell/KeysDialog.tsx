import { useState } from 'react'
import { Dialog } from '../../ui/Dialog'
import { areLettersOn, setLettersOn } from './shortcuts'

const KEYS: [title: string, keys: [string[], string][]][] = [
  [
    'Anywhere',
    [
      [['n'], 'New interview'],
      [['Ctrl K', '⌘ K'], 'Search, go anywhere'],
      [['?'], 'These keys'],
      [['Esc'], 'Close'],
    ],
  ],
  [
    'Interviews and live',
    [
      [['j', 'k'], 'Next, previous'],
      [['Enter'], 'Open'],
      [['c'], 'Copy the candidate’s link'],
      [['/'], 'Search'],
      [['x'], 'Select'],
      [['Shift x'], 'Select up to here'],
      [['t'], 'Next interview in trouble (live)'],
    ],
  ],
  [
    'Compare',
    [
      [['←', '→'], 'Candidate'],
      [['j', 'k'], 'Criterion'],
      [['Enter'], 'Play the quote, open a review'],
    ],
  ],
  [
    'Review',
    [
      [['Space'], 'Play, pause'],
      [['←', '→'], '10 seconds'],
      [['[', ']'], 'Previous, next question'],
      [['j', 'k'], 'Next, previous turn; Enter plays it'],
      [['/'], 'Search in the transcript'],
      [['n'], 'Note on the line, or on what plays'],
      [['Shift j', 'Shift k'], 'Next, previous interview'],
      [['a', 'h', 'r'], 'Advance, hold, reject'],
      [['Ctrl ↵'], 'Save'],
      [['1', '5', '-'], 'Level, not assessed (blind review)'],
    ],
  ],
  [
    'Position editor',
    [
      [['Alt ↑', 'Alt ↓'], 'Move the question or criterion'],
      [['Ctrl ↵'], 'Publish'],
    ],
  ],
]

/** Lists the shortcuts, and turns those that are single letters off. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const [isOn, setOn] = useState(areLettersOn)
  return (
    <Dialog title="Keys" onClose={onClose} shape="narrow">
      <div className="dialog-body">
        {KEYS.map(([title, keys]) => (
          <section key={title}>
            <h3 className="quiet mb-2 text-xs font-medium">{title}</h3>
            <dl className="grid grid-cols-[112px_1fr] gap-x-3 gap-y-2">
              {keys.map(([names, text]) => (
                <div key={text} className="contents">
                  <dt className="flex flex-wrap gap-1">
                    {names.map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <label className="line">
          <input
            type="checkbox"
            className="check"
            checked={isOn}
            onChange={(event) => {
              setOn(event.target.checked)
              setLettersOn(event.target.checked)
            }}
          />
          Single characters are shortcuts
        </label>
      </div>
    </Dialog>
  )
}
