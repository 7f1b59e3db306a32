/** The live view as it is seen: how it stands with the relay, the large figures, the charts, and all of it as a table. */

import { Chart } from './chart.js'
import type { FeedState } from './feed.js'
import type { History } from './history.js'
import { type Measure, MORE, PANELS, type Panel, TILES, TROUBLE, written } from './panels.js'

export interface View {
  readonly history: History
  readonly state: FeedState
  readonly paused: boolean
  /** How far back the charts go. */
  readonly minutes: number
  readonly scheme: string
  pause(paused: boolean): void
  look(minutes: number): void
  tryNow(): void
}

const MINUTE_MS = 60_000
export const MINUTES: readonly number[] = [1, 3, 10]

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' })

export function App({ view }: { view: View }) {
  const { state, paused, history } = view
  const stands = paused ? 'paused' : state
  return (
    <div class={`page ${stands}`}>
      <header>
        <h1>
          parlance <span class="muted">live</span>
        </h1>
        <p class={`state ${stands}`} role="status">
          {WORDS[stands]}
        </p>
        <div class="controls">
          <label>
            <span class="small muted">Show</span>{' '}
            <select value={view.minutes} onChange={(event) => view.look(Number(event.currentTarget.value))}>
              {MINUTES.map((minutes) => (
                <option key={minutes} value={minutes}>
                  {minutes === 1 ? 'the last minute' : `the last ${minutes} minutes`}
                </option>
              ))}
            </select>
          </label>
          <button type="button" class="quiet" aria-pressed={paused} onClick={() => view.pause(!paused)}>
            Pause
          </button>
        </div>
      </header>
      <main>
        {state === 'gone' && <Gone view={view} />}
        {history.lastAt === null ? (
          <p class="muted waiting">No figures have come yet. The relay sends some every second.</p>
        ) : (
          <>
            <Tiles history={history} />
            <div class="charts">
              {PANELS.map((panel) => (
                <ChartPanel key={panel.title} panel={panel} view={view} />
              ))}
            </div>
            <Table history={history} />
          </>
        )}
      </main>
      <footer class="small muted">
        The relay’s own numbers, once a second for ten minutes. No names, no rooms’ names and no texts are
        among them.
      </footer>
    </div>
  )
}

const WORDS = { connecting: 'Connecting…', live: 'Live', gone: 'No answer', paused: 'Paused' } as const

function Gone({ view }: { view: View }) {
  const { lastAt } = view.history
  const since = lastAt === null ? '' : ` The last figures are from ${clock.format(lastAt)}.`
  return (
    <div class="gone" role="alert">
      <p>The relay does not answer.{since} This page goes on trying.</p>
      <button type="button" class="quiet" onClick={() => view.tryNow()}>
        Try now
      </button>
    </div>
  )
}

function Tiles({ history }: { history: History }) {
  return (
    <dl class="tiles">
      {TILES.map(({ field, name, unit }) => {
        const { now } = history.figures(field, MINUTE_MS)
        return (
          <div key={field} class={TROUBLE.has(field) && (now ?? 0) > 0 ? 'tile trouble' : 'tile'}>
            <dt>{name}</dt>
            <dd>{written(now, unit)}</dd>
          </div>
        )
      })}
    </dl>
  )
}

function ChartPanel({ panel, view }: { panel: Panel; view: View }) {
  const { title, about, measures } = panel
  const { history, minutes, scheme } = view
  const end = (history.lastAt ?? 0) / 1000
  const now = (measure: Measure) => written(history.figures(measure.field, MINUTE_MS).now, measure.unit)
  const words = measures.map((measure) => `${measure.name} ${now(measure)}`).join(', ')
  const columns = history.columns(
    measures.map(({ field }) => field),
    minutes * MINUTE_MS,
  )
  return (
    <section class="panel">
      <h2>{title}</h2>
      <p class="small muted">{about}</p>
      <ul class="legend small">
        {measures.map((measure, index) => (
          <li key={measure.field}>
            <span class={`swatch swatch-${index + 1}`} aria-hidden="true" />
            {measure.name} <strong>{now(measure)}</strong>
          </li>
        ))}
      </ul>
      <Chart
        measures={measures}
        columns={columns}
        range={[end - minutes * 60, end]}
        label={`Chart of the last ${minutes === 1 ? 'minute' : `${minutes} minutes`}. Now: ${words}.`}
        scheme={scheme}
      />
    </section>
  )
}

function Table({ history }: { history: History }) {
  return (
    <div class="panel figures">
      <h2 id="figures">All figures</h2>
      {/* It is wider than a phone, and scrolls by keyboard, too. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached */}
      <section class="scrolls" tabIndex={0} aria-labelledby="figures">
        <table>
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col">Now</th>
              <th scope="col">Mean, 1 min</th>
              <th scope="col">Most, 10 min</th>
            </tr>
          </thead>
          {[...PANELS, ...MORE].map(({ title, measures }) => (
            <tbody key={title}>
              <tr>
                <th scope="rowgroup" colSpan={4}>
                  {title}
                </th>
              </tr>
              {measures.map(({ field, name, unit }) => {
                const minute = history.figures(field, MINUTE_MS)
                const all = history.figures(field, 10 * MINUTE_MS)
                return (
                  <tr key={field}>
                    <th scope="row">{name}</th>
                    <td>{written(minute.now, unit)}</td>
                    <td>{written(minute.mean, unit === 'count' ? 'rate' : unit)}</td>
                    <td>{written(all.most, unit)}</td>
                  </tr>
                )
              })}
            </tbody>
          ))}
        </table>
      </section>
    </div>
  )
}
