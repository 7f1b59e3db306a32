/** Which of the inputs that showed something new are kept as files: those that are small, each as small as it can be. */

import type { Interesting } from './campaign.js'
import type { Coverage } from './coverage.js'
import { minimised } from './minimise.js'
import { type Subject, type Target, wayOf } from './target.js'

/** Files are for people as well. */
const MOST_FILE_BYTES = 2048
const MOST_TRIES = 400
/** To ask what has run takes some milliseconds. */
const MOST_TRIES_BY_CODE = 250

export interface Worth {
  readonly input: Buffer
  /** What it shows. */
  readonly words: string
}

/** In the order in which they were found, each of which shows something that those before do not. */
export async function worthKeeping(
  target: Target,
  found: readonly Interesting[],
  coverage: Coverage | undefined,
): Promise<Worth[]> {
  const subject = await target.start()
  const shown = new Set<string>()
  const kept: Worth[] = []
  const keep = async (
    input: Buffer,
    words: string,
    shows: (input: Buffer) => Promise<boolean>,
    tries: number,
  ) => {
    // Not what depends on time.
    if (!(await shows(input))) return
    const small = await minimised(input, shows, tries)
    for (const mark of await run(subject, target, small)) shown.add(mark)
    if (small.length <= MOST_FILE_BYTES) kept.push({ input: small, words })
  }
  try {
    for (const { input, marks, news } of found) {
      const own = marks.filter((mark) => !shown.has(mark))
      if (own.length > 0) {
        const showsAll = async (smaller: Buffer) => {
          const marked = await run(subject, target, smaller)
          return own.every((mark) => marked.includes(mark))
        }
        await keep(input, own.slice(0, 2).join('--'), showsAll, MOST_TRIES)
      } else if (news !== null && coverage !== undefined) {
        const runsIt = async (smaller: Buffer) => {
          coverage.take()
          await run(subject, target, smaller)
          return coverage.take().has(news)
        }
        await keep(input, `runs ${news.words}`, runsIt, MOST_TRIES_BY_CODE)
      }
    }
  } finally {
    await subject.stop()
  }
  return kept
}

async function run(subject: Subject, target: Target, input: Buffer): Promise<readonly string[]> {
  return subject.run(input, wayOf(input, target.ways))
}
